# SPDX-License-Identifier: GPL-3.0-or-later
# Units for a user's own systemd, which looks there under /usr and /usr/local.
EXTRA_DIST += systemd/confab.service.in
systemduserdir = $(prefix)/lib/systemd/user
nodist_systemduser_DATA = systemd/confab.service
dist_systemduser_DATA = systemd/confab.socket
CLEANFILES += systemd/confab.service
systemd/confab.service: systemd/confab.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) systemd && sed 's|@bindir[@]|$(bindir)|' $(srcdir)/systemd/confab.service.in >$@.new && mv $@.new $@
