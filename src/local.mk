# SPDX-License-Identifier: GPL-3.0-or-later
# The link lines of the layers, from the top down: a layer's line names it and all it may use (tests/lint/layers).
# Unit tests of a layer link exactly its line.
BASE_LINE = src/base/libbase.a $(QRENCODE_LIBS) $(IDN2_LIBS) $(UNISTRING_LIBS) $(GLIB_LIBS)
CONFIG_LINE = src/config/libconfig.a $(BASE_LINE)
NET_LINE = src/net/libnet.a $(OPENSSL_LIBS) $(BASE_LINE)
MODEL_LINE = src/model/libmodel.a $(BASE_LINE)
STORE_LINE = src/store/libstore.a $(SQLITE_LIBS) $(MODEL_LINE)
XMPP_LINE = src/xmpp/libxmpp.a $(STROPHE_LIBS) $(NET_LINE)
E2EE_LINE = src/e2ee/libe2ee.a $(OTR_LIBS) -lgcrypt src/xmpp/libxmpp.a $(STROPHE_LIBS) src/net/libnet.a $(OPENSSL_LIBS) $(STORE_LINE)
CORE_LINE = src/core/libcore.a src/config/libconfig.a $(E2EE_LINE)
COMMAND_LINE = src/command/libcommand.a $(CORE_LINE)
RPC_LINE = src/rpc/librpc.a $(JSON_LIBS) $(COMMAND_LINE)
AUTOMATION_LINE = src/automation/libautomation.a $(RPC_LINE)
CLI_LINE = src/cli/libcli.a $(RPC_LINE)
TUI_LINE = src/tui/libtui.a -lm $(NCURSES_LIBS) $(READLINE_LIBS) $(COMMAND_LINE)

bin_PROGRAMS += src/confab
src_confab_SOURCES = src/main.c src/companion.c src/companion.h src/banned.h src/options.def src/words.def
src_confab_LDADD = src/tui/libtui.a src/cli/libcli.a src/automation/libautomation.a src/rpc/librpc.a src/command/libcommand.a src/core/libcore.a \
	src/config/libconfig.a src/e2ee/libe2ee.a src/xmpp/libxmpp.a src/net/libnet.a src/store/libstore.a src/model/libmodel.a \
	src/base/libbase.a $(NCURSES_LIBS) $(READLINE_LIBS) $(JSON_LIBS) $(STROPHE_LIBS) $(OPENSSL_LIBS) $(SQLITE_LIBS) $(OTR_LIBS) -lgcrypt $(QRENCODE_LIBS) \
	$(IDN2_LIBS) $(UNISTRING_LIBS) $(GLIB_LIBS) -lm
