/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libstrophe as a source in the GLib loop: one raw connection to the local hop. There is no
 * polling: a watch for reading, one for writing only while something waits to be written, no
 * timers. What arrives in a flood is taken in short turns. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <strophe.h>

typedef struct StreamSource StreamSource;

typedef struct StreamSourceEvents {
    /* The socket libstrophe made, before it connects; false: give up. */
    bool (*on_socket)(int fd, gpointer data);
    void (*on_connected)(gpointer data); /* open the stream now */
    void (*on_opened)(gpointer data);    /* the server's stream header */
    void (*on_element)(xmpp_stanza_t *element, gpointer data);
    /* Once. `cut`: the hop was closed under it; else the stream's end tag or malformed XML. */
    void (*on_ended)(bool cut, gpointer data);
    /* Around every turn that may call the others; the source may be freed inside on_leave only. */
    void (*on_enter)(gpointer data);
    void (*on_leave)(gpointer data);
} StreamSourceEvents;

/* A context whose log feeds the sources made in it. */
typedef struct StreamContext StreamContext;
StreamContext *stream_context_new(void);
void stream_context_free(StreamContext *context);
xmpp_ctx_t *stream_context_strophe(const StreamContext *context);

/* Starts connecting; NULL when that is not possible at all. `domain` is what the stream is for. One
 * at a time in a context. */
StreamSource *stream_source_new(StreamContext *context, const char *domain, const char *host,
                                guint16 port, const StreamSourceEvents *events, gpointer data);
/* Not while it runs a callback: on_leave is the place. What is queued is written first as far as it
 * fits. */
void stream_source_free(StreamSource *source);
/* Sends the stream's start tag; the parser forgets the old stream before it reads on. */
void stream_source_open(StreamSource *source, const char *const *attributes, gsize count);
void stream_source_send(StreamSource *source, xmpp_stanza_t *element);
void stream_source_send_text(StreamSource *source, const char *xml);
/* Reads no more: the stream is about to end. */
void stream_source_stop(StreamSource *source);
