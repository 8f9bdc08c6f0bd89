# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/xmpp/libxmpp.a
src_xmpp_libxmpp_a_SOURCES = \
	src/xmpp/ack_question.c src/xmpp/ack_question.h \
	src/xmpp/event.h \
	src/xmpp/fast.c src/xmpp/fast.h \
	src/xmpp/form.c src/xmpp/form.h \
	src/xmpp/iq.c src/xmpp/iq.h \
	src/xmpp/login.c src/xmpp/login.h \
	src/xmpp/login_memory.c src/xmpp/login_memory.h \
	src/xmpp/message_stanza.c src/xmpp/message_stanza.h \
	src/xmpp/module.c src/xmpp/module.h \
	src/xmpp/muc_parts.c src/xmpp/muc_parts.h \
	src/xmpp/negotiation.c src/xmpp/negotiation.h \
	src/xmpp/presence.c src/xmpp/presence.h \
	src/xmpp/resumption.c src/xmpp/resumption.h \
	src/xmpp/sasl.c src/xmpp/sasl.h \
	src/xmpp/sasl_choice.c src/xmpp/sasl_choice.h \
	src/xmpp/sasl2.c src/xmpp/sasl2.h \
	src/xmpp/scram.c src/xmpp/scram.h \
	src/xmpp/sent_queue.c src/xmpp/sent_queue.h \
	src/xmpp/stanza.c src/xmpp/stanza.h \
	src/xmpp/stanza_error.c src/xmpp/stanza_error.h \
	src/xmpp/stream.c src/xmpp/stream.h src/xmpp/stream_parts.h \
	src/xmpp/stream_config.c src/xmpp/stream_config.h \
	src/xmpp/stream_link.c src/xmpp/stream_link.h \
	src/xmpp/stream_seam.c \
	src/xmpp/stream_session.c src/xmpp/stream_session.h \
	src/xmpp/stream_source.c src/xmpp/stream_source.h \
	src/xmpp/upgrade.c src/xmpp/upgrade.h \
	src/xmpp/xml_guard.c src/xmpp/xml_guard.h \
	src/xmpp/xep/caps.c src/xmpp/xep/caps.h \
	src/xmpp/xep/carbons.c src/xmpp/xep/carbons.h \
	src/xmpp/xep/chatstates.c src/xmpp/xep/chatstates.h \
	src/xmpp/xep/correction.c src/xmpp/xep/correction.h \
	src/xmpp/xep/csi.c src/xmpp/xep/csi.h \
	src/xmpp/xep/delay.c src/xmpp/xep/delay.h \
	src/xmpp/xep/disco.c src/xmpp/xep/disco.h \
	src/xmpp/xep/forwarded.c src/xmpp/xep/forwarded.h \
	src/xmpp/xep/eme.c src/xmpp/xep/eme.h \
	src/xmpp/xep/hints.c src/xmpp/xep/hints.h \
	src/xmpp/xep/mam.c src/xmpp/xep/mam.h \
	src/xmpp/xep/mam_prefs.c src/xmpp/xep/mam_prefs.h \
	src/xmpp/xep/markers.c src/xmpp/xep/markers.h \
	src/xmpp/xep/mds.c src/xmpp/xep/mds.h \
	src/xmpp/xep/modules.c src/xmpp/xep/modules.h \
	src/xmpp/xep/muc.c src/xmpp/xep/muc.h src/xmpp/xep/muc_admin.h \
	src/xmpp/xep/muc_owner.c src/xmpp/xep/muc_owner.h \
	src/xmpp/xep/pep.c src/xmpp/xep/pep.h \
	src/xmpp/xep/ping.c src/xmpp/xep/ping.h \
	src/xmpp/xep/receipts.c src/xmpp/xep/receipts.h \
	src/xmpp/xep/roster_iq.c src/xmpp/xep/roster_iq.h \
	src/xmpp/xep/rsm.c src/xmpp/xep/rsm.h \
	src/xmpp/xep/stanza_id.c src/xmpp/xep/stanza_id.h \
	src/xmpp/xep/version.c src/xmpp/xep/version.h
src_xmpp_libxmpp_a_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS) $(OPENSSL_CFLAGS)
