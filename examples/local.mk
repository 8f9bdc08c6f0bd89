# SPDX-License-Identifier: GPL-3.0-or-later
botsdir = $(pkgdatadir)/bots
dist_bots_SCRIPTS = examples/bots/echo.py examples/bots/echo.sh
examplepluginsdir = $(pkgdatadir)/plugins
dist_exampleplugins_SCRIPTS = examples/plugins/calc examples/plugins/notes examples/plugins/shortcodes
