# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/rpc/librpc.a
src_rpc_librpc_a_SOURCES = \
	src/rpc/annotation_json.c src/rpc/annotation_json.h \
	src/rpc/event_filter.c src/rpc/event_filter.h \
	src/rpc/event_json.c src/rpc/event_json.h \
	src/rpc/event_shapes.c src/rpc/event_shapes.h \
	src/rpc/json_check.c src/rpc/json_check.h \
	src/rpc/json_parts.c src/rpc/json_parts.h \
	src/rpc/rpc_client.c src/rpc/rpc_client.h \
	src/rpc/rpc_link.c src/rpc/rpc_link.h \
	src/rpc/rpc_methods.c src/rpc/rpc_methods.h \
	src/rpc/rpc_peer.c src/rpc/rpc_peer.h \
	src/rpc/rpc_request.h \
	src/rpc/rpc_schema.c src/rpc/rpc_schema.h \
	src/rpc/rpc_server.c src/rpc/rpc_server.h \
	src/rpc/room_json.c src/rpc/room_json.h \
	src/rpc/record_json.c src/rpc/record_json.h
src_rpc_librpc_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
