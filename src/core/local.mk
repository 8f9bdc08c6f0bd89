# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/core/libcore.a
src_core_libcore_a_SOURCES = \
	src/core/account_memory.c \
	src/core/activity.c src/core/activity.h \
	src/core/alive.c src/core/alive.h \
	src/core/annotate.c src/core/annotate.h \
	src/core/annotate_early.c \
	src/core/archive_prefs.c src/core/archive_prefs.h \
	src/core/attention.c src/core/attention.h \
	src/core/client.c src/core/client.h \
	src/core/contacts.c src/core/contacts.h \
	src/core/conversations.c src/core/conversations.h \
	src/core/core_done.c \
	src/core/core_private.h \
	src/core/corrections.c src/core/corrections.h \
	src/core/delivery.c src/core/delivery.h \
	src/core/credentials.c \
	src/core/doctor.c src/core/doctor.h src/core/doctor_private.h \
	src/core/doctor_account.c \
	src/core/doctor_local.c \
	src/core/discovery.c src/core/discovery.h \
	src/core/encryption.c src/core/encryption.h \
	src/core/encryption_host.c \
	src/core/encryption_keys.c \
	src/core/encryption_messages.c \
	src/core/encryption_private.h \
	src/core/encryption_sessions.c \
	src/core/encryption_store.c \
	src/core/history_gaps.c \
	src/core/history_past.c src/core/history_past.h \
	src/core/history_sync.c \
	src/core/ignores.c src/core/ignores.h \
	src/core/incoming.c \
	src/core/incoming_about.c \
	src/core/incoming_archive.c \
	src/core/incoming_presence.c \
	src/core/incoming_roster.c \
	src/core/invitations.c src/core/invitations.h \
	src/core/mentions.c src/core/mentions.h \
	src/core/outgoing.c src/core/outgoing.h \
	src/core/outgoing_queue.c \
	src/core/own_presence.c src/core/own_presence.h \
	src/core/quiet_hours.c src/core/quiet_hours.h \
	src/core/reading.c \
	src/core/receipt_answers.c \
	src/core/record_lines.c src/core/record_lines.h \
	src/core/records.c src/core/records.h \
	src/core/records_import.c src/core/records_import.h \
	src/core/records_private.h \
	src/core/retention.c src/core/retention.h \
	src/core/roster_keeper.c \
	src/core/room_admin.c src/core/room_admin.h src/core/room_admin_private.h \
	src/core/room_errands.c \
	src/core/room_bookmarks.c src/core/room_bookmarks.h \
	src/core/room_create.c \
	src/core/room_form_fields.c \
	src/core/room_forms.c src/core/room_forms.h src/core/room_forms_private.h \
	src/core/room_history.c \
	src/core/room_messages.c \
	src/core/room_voice.c \
	src/core/rooms.c src/core/rooms.h src/core/rooms_private.h \
	src/core/rooms_ping.c \
	src/core/rooms_presence.c \
	src/core/rooms_stay.c \
	src/core/rooms_words.c \
	src/core/server_probe.c src/core/server_probe.h \
	src/core/session.c src/core/session.h \
	src/core/session_query.c \
	src/core/session_resume.c \
	src/core/session_tls.c \
	src/core/text_filter.c src/core/text_filter.h \
	src/core/typing.c \
	src/core/xml_console.c src/core/xml_console.h
src_core_libcore_a_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
