# SPDX-License-Identifier: GPL-3.0-or-later
sasl_tests = \
	tests/unit/xmpp/test_fast \
	tests/unit/xmpp/test_sasl \
	tests/unit/xmpp/test_scram
check_PROGRAMS += $(sasl_tests)
TESTS += $(sasl_tests)

tests_unit_xmpp_test_fast_SOURCES = tests/unit/xmpp/test_fast.c
tests_unit_xmpp_test_fast_LDADD = $(XMPP_LINE)
tests_unit_xmpp_test_sasl_SOURCES = tests/unit/xmpp/test_sasl.c tests/support/scram_server.c tests/support/scram_server.h
tests_unit_xmpp_test_sasl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_xmpp_test_sasl_LDADD = $(XMPP_LINE)
tests_unit_xmpp_test_scram_SOURCES = tests/unit/xmpp/test_scram.c tests/support/scram_server.c tests/support/scram_server.h
tests_unit_xmpp_test_scram_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_xmpp_test_scram_LDADD = $(XMPP_LINE)

check_LIBRARIES += tests/unit/xmpp/libfixture.a
tests_unit_xmpp_libfixture_a_SOURCES = tests/unit/xmpp/stream_fixture.c tests/unit/xmpp/stream_fixture.h
tests_unit_xmpp_libfixture_a_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
xmpp_test_line = tests/unit/xmpp/libfixture.a $(XMPP_LINE)
xmpp_test_flags = $(AM_CPPFLAGS) $(STROPHE_CFLAGS) $(OPENSSL_CFLAGS) -I$(top_srcdir)/tests

xmpp_tests = \
	tests/unit/xmpp/test_annotations \
	tests/unit/xmpp/test_bookmarks \
	tests/unit/xmpp/test_caps \
	tests/unit/xmpp/test_connection \
	tests/unit/xmpp/test_csi \
	tests/unit/xmpp/test_disco \
	tests/unit/xmpp/test_form \
	tests/unit/xmpp/test_muc_owner \
	tests/unit/xmpp/test_register_iq \
	tests/unit/xmpp/test_iq \
	tests/unit/xmpp/test_live \
	tests/unit/xmpp/test_live_resumption \
	tests/unit/xmpp/test_mam \
	tests/unit/xmpp/test_mds \
	tests/unit/xmpp/test_message_parts \
	tests/unit/xmpp/test_message_stanza \
	tests/unit/xmpp/test_muc \
	tests/unit/xmpp/test_muc_admin \
	tests/unit/xmpp/test_muc_invite \
	tests/unit/xmpp/test_negotiation \
	tests/unit/xmpp/test_one_round_trip \
	tests/unit/xmpp/test_presence \
	tests/unit/xmpp/test_resumption \
	tests/unit/xmpp/test_roster_iq \
	tests/unit/xmpp/test_sasl2 \
	tests/unit/xmpp/test_stream \
	tests/unit/xmpp/test_xml_guard \
	tests/unit/xmpp/test_xml_redact
check_PROGRAMS += $(xmpp_tests)
TESTS += $(xmpp_tests)

tests_unit_xmpp_test_bookmarks_SOURCES = tests/unit/xmpp/test_bookmarks.c
tests_unit_xmpp_test_bookmarks_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_bookmarks_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_caps_SOURCES = tests/unit/xmpp/test_caps.c
tests_unit_xmpp_test_caps_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_caps_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_connection_SOURCES = tests/unit/xmpp/test_connection.c tests/support/scram_server.c tests/support/scram_server.h
tests_unit_xmpp_test_connection_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_connection_LDADD = tests/support/libnetfakes.a $(xmpp_test_line)
tests_unit_xmpp_test_csi_SOURCES = tests/unit/xmpp/test_csi.c
tests_unit_xmpp_test_csi_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_csi_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_disco_SOURCES = tests/unit/xmpp/test_disco.c
tests_unit_xmpp_test_disco_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_disco_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_iq_SOURCES = tests/unit/xmpp/test_iq.c
tests_unit_xmpp_test_iq_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_iq_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_live_SOURCES = tests/unit/xmpp/test_live.c
tests_unit_xmpp_test_live_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_live_LDADD = $(SUPPORT_LINE) $(xmpp_test_line)
tests_unit_xmpp_test_live_resumption_SOURCES = tests/unit/xmpp/test_live_resumption.c
tests_unit_xmpp_test_live_resumption_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_live_resumption_LDADD = $(SUPPORT_LINE) $(xmpp_test_line)
tests_unit_xmpp_test_mam_SOURCES = tests/unit/xmpp/test_mam.c
tests_unit_xmpp_test_mam_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_mam_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_mds_SOURCES = tests/unit/xmpp/test_mds.c
tests_unit_xmpp_test_mds_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_mds_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_message_parts_SOURCES = tests/unit/xmpp/test_message_parts.c
tests_unit_xmpp_test_message_parts_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_message_parts_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_message_stanza_SOURCES = tests/unit/xmpp/test_message_stanza.c
tests_unit_xmpp_test_message_stanza_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_message_stanza_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_muc_SOURCES = tests/unit/xmpp/test_muc.c tests/unit/xmpp/muc_line.c tests/unit/xmpp/muc_line.h
tests_unit_xmpp_test_muc_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_muc_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_muc_admin_SOURCES = tests/unit/xmpp/test_muc_admin.c
tests_unit_xmpp_test_muc_admin_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_muc_admin_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_muc_invite_SOURCES = tests/unit/xmpp/test_muc_invite.c tests/unit/xmpp/muc_line.c tests/unit/xmpp/muc_line.h
tests_unit_xmpp_test_muc_invite_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_muc_invite_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_negotiation_SOURCES = tests/unit/xmpp/test_negotiation.c tests/support/scram_server.c tests/support/scram_server.h
tests_unit_xmpp_test_negotiation_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_negotiation_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_one_round_trip_SOURCES = tests/unit/xmpp/test_one_round_trip.c
tests_unit_xmpp_test_one_round_trip_CPPFLAGS = $(xmpp_test_flags) -I$(top_srcdir)/tests/support
tests_unit_xmpp_test_one_round_trip_LDADD = tests/support/libnetfakes.a $(xmpp_test_line)
tests_unit_xmpp_test_presence_SOURCES = tests/unit/xmpp/test_presence.c
tests_unit_xmpp_test_presence_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_presence_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_resumption_SOURCES = tests/unit/xmpp/test_resumption.c
tests_unit_xmpp_test_resumption_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_resumption_LDADD = tests/support/libnetfakes.a $(SUPPORT_LINE) $(xmpp_test_line)
tests_unit_xmpp_test_roster_iq_SOURCES = tests/unit/xmpp/test_roster_iq.c
tests_unit_xmpp_test_roster_iq_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_roster_iq_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_sasl2_SOURCES = tests/unit/xmpp/test_sasl2.c tests/support/scram_server.c tests/support/scram_server.h
tests_unit_xmpp_test_sasl2_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_sasl2_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_stream_SOURCES = tests/unit/xmpp/test_stream.c
tests_unit_xmpp_test_stream_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_stream_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_xml_guard_SOURCES = tests/unit/xmpp/test_xml_guard.c
tests_unit_xmpp_test_xml_guard_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_xml_guard_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_annotations_SOURCES = tests/unit/xmpp/test_annotations.c
tests_unit_xmpp_test_annotations_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_annotations_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_form_SOURCES = tests/unit/xmpp/test_form.c
tests_unit_xmpp_test_form_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_form_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_muc_owner_SOURCES = tests/unit/xmpp/test_muc_owner.c
tests_unit_xmpp_test_muc_owner_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_muc_owner_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_register_iq_SOURCES = tests/unit/xmpp/test_register_iq.c
tests_unit_xmpp_test_register_iq_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_register_iq_LDADD = $(xmpp_test_line)
tests_unit_xmpp_test_xml_redact_SOURCES = tests/unit/xmpp/test_xml_redact.c
tests_unit_xmpp_test_xml_redact_CPPFLAGS = $(xmpp_test_flags)
tests_unit_xmpp_test_xml_redact_LDADD = $(xmpp_test_line)
