# SPDX-License-Identifier: GPL-3.0-or-later
themedir = $(pkgdatadir)/themes
dist_theme_DATA = themes/default.theme themes/mono.theme
