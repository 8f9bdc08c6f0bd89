# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/model/libmodel.a
src_model_libmodel_a_SOURCES = \
	src/model/account.c src/model/account.h \
	src/model/contact.c src/model/contact.h \
	src/model/conversation.c src/model/conversation.h \
	src/model/message.c src/model/message.h \
	src/model/message_list.c src/model/message_list.h \
	src/model/model_event.h \
	src/model/model_private.h \
	src/model/occupant.c src/model/occupant.h src/model/occupant_private.h \
	src/model/room.c src/model/room.h \
	src/model/roster.c src/model/roster.h \
	src/model/types.c src/model/types.h
src_model_libmodel_a_CPPFLAGS = $(AM_CPPFLAGS)
