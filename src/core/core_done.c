/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "core/core_private.h"

enum {
    NAME_MAX_BYTES = 1024,
    WORDS_MAX_BYTES = 4096,
};

struct CoreRequest {
    CoreDone done;
    gpointer data;
    GError *error;
};

CoreRequest *
core_request_new(CoreDone done, gpointer data)
{
    CoreRequest *request = g_new0(CoreRequest, 1);
    request->done = done;
    request->data = data;
    return request;
}

static void
request_free(gpointer data)
{
    CoreRequest *request = data;
    g_clear_error(&request->error);
    g_free(request);
}

static gboolean
on_later(gpointer data)
{
    const CoreRequest *request = data;
    request->done(request->error, request->data);
    return G_SOURCE_REMOVE;
}

void
core_done_later(CoreDone done, gpointer data, const GError *error)
{
    if (done == NULL)
        return;
    CoreRequest *request = core_request_new(done, data);
    request->error = error != NULL ? g_error_copy(error) : NULL;
    g_idle_add_full(G_PRIORITY_DEFAULT, on_later, request, request_free);
}

void
core_request_done(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
                  gpointer data)
{
    CoreRequest *request = data;
    if (detail != NULL) {
        g_autofree char *words = stanza_error_words(detail);
        request->error = g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, words);
        error = request->error;
    }
    if (request->done != NULL)
        request->done(error, request->data);
    request_free(request);
}

/* Cuts between characters, cleans, and leaves out the spaces around. */
static char *
clean(const char *text, gsize limit, TextCleanFlags flags)
{
    if (text == NULL)
        return NULL;
    gsize length = strnlen(text, limit + 1);
    if (length > limit) {
        length = limit;
        while (length > 0 && ((guchar) text[length] & 0xc0) == 0x80)
            length--;
    }
    g_autofree char *cleaned = g_strstrip(text_clean(text, (gssize) length, flags));
    return *cleaned != '\0' ? g_steal_pointer(&cleaned) : NULL;
}

char *
core_clean_name(const char *text)
{
    return clean(text, NAME_MAX_BYTES, TEXT_LINE | TEXT_STRICT);
}

char *
core_clean_words(const char *text)
{
    return clean(text, WORDS_MAX_BYTES, TEXT_LINE);
}

char *
core_clean_text(const char *text)
{
    return clean(text, WORDS_MAX_BYTES, TEXT_LINES);
}
