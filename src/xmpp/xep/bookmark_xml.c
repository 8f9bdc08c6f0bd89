/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/bookmark_xml.h"

#include <string.h>

#define OWN_CATEGORY "client" /* as xep/disco.c says it */
#define OWN_TYPE "console"

/* --- life --- */

XmppBookmark *
bookmark_new(const Jid *room)
{
    XmppBookmark *bookmark = g_new0(XmppBookmark, 1);

    bookmark->room = jid_to_bare(room);
    return bookmark;
}

XmppBookmark *
bookmark_copy(const XmppBookmark *bookmark)
{
    XmppBookmark *copy = bookmark_new(bookmark->room);

    copy->name = g_strdup(bookmark->name);
    copy->nick = g_strdup(bookmark->nick);
    copy->password = g_strdup(bookmark->password);
    copy->autojoin = bookmark->autojoin;
    copy->notify = bookmark->notify;
    copy->xml = g_strdup(bookmark->xml);
    return copy;
}

void
bookmark_free(XmppBookmark *bookmark)
{
    if (!bookmark)
        return;
    jid_unref(bookmark->room);
    g_free(bookmark->name);
    g_free(bookmark->nick);
    g_free(bookmark->password);
    g_free(bookmark->xml);
    g_free(bookmark);
}

bool
bookmark_equal(const XmppBookmark *a, const XmppBookmark *b)
{
    return jid_equal(a->room, b->room) && a->autojoin == b->autojoin && a->notify == b->notify
           && g_strcmp0(a->name, b->name) == 0 && g_strcmp0(a->nick, b->nick) == 0
           && g_strcmp0(a->password, b->password) == 0;
}

/* --- notification settings (XEP-0492) --- */

static const char *const notify_names[] = { NULL, "always", "on-mention", "never" };

static BookmarkNotify
notify_of(xmpp_stanza_t *setting)
{
    for (guint i = BOOKMARK_NOTIFY_ALWAYS; i < G_N_ELEMENTS(notify_names); i++) {
        if (stanza_is(setting, notify_names[i], NS_NOTIFY))
            return (BookmarkNotify) i;
    }
    return BOOKMARK_NOTIFY_UNSET;
}

/* How well a setting fits this program (§4); 0: it is for others. */
static int
fitness(xmpp_stanza_t *setting)
{
    const char *category = stanza_attribute(setting, "identity-category");
    const char *type = stanza_attribute(setting, "identity-type");

    if (notify_of(setting) == BOOKMARK_NOTIFY_UNSET)
        return 0;
    if (!category)
        return type ? 0 : 1;
    if (strcmp(category, OWN_CATEGORY) != 0)
        return 0;
    if (!type)
        return 2;
    return strcmp(type, OWN_TYPE) == 0 ? 3 : 0;
}

/* The one that counts here; NULL: none. */
static xmpp_stanza_t *
find_setting(xmpp_stanza_t *notify)
{
    xmpp_stanza_t *best = NULL;

    for (xmpp_stanza_t *child = stanza_child(notify, NULL, NS_NOTIFY); child;
         child = stanza_next(child, NULL, NS_NOTIFY)) {
        if (fitness(child) > (best ? fitness(best) : 0))
            best = child;
    }
    return best;
}

static BookmarkNotify
read_notify(xmpp_stanza_t *conference)
{
    xmpp_stanza_t *extensions = stanza_child(conference, "extensions", NS_BOOKMARKS);
    xmpp_stanza_t *notify = extensions ? stanza_child(extensions, "notify", NS_NOTIFY) : NULL;
    xmpp_stanza_t *setting = notify ? find_setting(notify) : NULL;

    return setting ? notify_of(setting) : BOOKMARK_NOTIFY_UNSET;
}

/* --- reading --- */

/* XML Schema's boolean. */
static bool
is_true(const char *text)
{
    return text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

static char *
non_empty(char *take_text)
{
    if (take_text && *take_text == '\0')
        g_clear_pointer(&take_text, g_free);
    return take_text;
}

/* A child is written without the namespace it has in common with its parent; a copy has none. */
static char *
to_text(xmpp_stanza_t *conference)
{
    xmpp_stanza_t *alone = xmpp_stanza_copy(conference);
    char *text = stanza_to_xml(alone);

    xmpp_stanza_release(alone);
    return text;
}

static XmppBookmark *
read_conference(xmpp_stanza_t *conference, const char *room, const char *ns)
{
    g_autoptr(Jid) jid = room ? jid_new(room, NULL) : NULL;

    if (!jid || !jid_is_bare(jid) || !jid_local(jid) || !stanza_is(conference, "conference", ns))
        return NULL;
    XmppBookmark *bookmark = bookmark_new(jid);
    bookmark->name = non_empty(g_strdup(stanza_attribute(conference, "name")));
    bookmark->autojoin = is_true(stanza_attribute(conference, "autojoin"));
    bookmark->nick = non_empty(stanza_child_text(conference, "nick", ns));
    bookmark->password = non_empty(stanza_child_text(conference, "password", ns));
    bookmark->notify = read_notify(conference);
    bookmark->xml = to_text(conference);
    return bookmark;
}

XmppBookmark *
bookmark_read(xmpp_stanza_t *conference, const char *room)
{
    return read_conference(conference, room, NS_BOOKMARKS);
}

XmppBookmark *
bookmark_read_old(xmpp_stanza_t *conference)
{
    return read_conference(conference, stanza_attribute(conference, "jid"), NS_BOOKMARKS_OLD);
}

/* --- writing --- */

static void
copy_attributes(xmpp_stanza_t *from, xmpp_stanza_t *to)
{
    const int count = 2 * xmpp_stanza_get_attribute_count(from);
    g_autofree const char **pairs = g_new0(const char *, (gsize) count + 1);
    const int filled = count > 0 ? xmpp_stanza_get_attributes(from, pairs, count) : 0;

    for (int i = 0; i + 1 < filled; i += 2)
        xmpp_stanza_set_attribute(to, pairs[i], pairs[i + 1]);
}

static xmpp_stanza_t *
copy_shell(xmpp_stanza_t *element, const char *name, const char *ns)
{
    xmpp_stanza_t *copy = stanza_new(xmpp_stanza_get_context(element), name, NULL);

    copy_attributes(element, copy);
    xmpp_stanza_set_ns(copy, ns);
    return copy;
}

static void
copy_child(xmpp_stanza_t *child, xmpp_stanza_t *to)
{
    stanza_take(to, xmpp_stanza_copy(child));
}

static void
copy_children(xmpp_stanza_t *from, xmpp_stanza_t *to)
{
    for (xmpp_stanza_t *child = xmpp_stanza_get_children(from); child; child = xmpp_stanza_get_next(child))
        copy_child(child, to);
}

/* The element that says so, with all that is in it and nobody here understands (§3.3). */
static void
rename_setting(xmpp_stanza_t *setting, xmpp_stanza_t *to, BookmarkNotify value)
{
    xmpp_stanza_t *renamed = copy_shell(setting, notify_names[value], NS_NOTIFY);

    copy_children(setting, renamed);
    stanza_take(to, renamed);
}

/* What counts for all programs like this one is not changed for them: this one gets a setting of its own (§5). Unset:
 * what can be taken away without a loss. */
static xmpp_stanza_t *
write_notify(xmpp_ctx_t *ctx, xmpp_stanza_t *old, BookmarkNotify value)
{
    xmpp_stanza_t *notify = old ? copy_shell(old, "notify", NS_NOTIFY) : stanza_new(ctx, "notify", NS_NOTIFY);
    xmpp_stanza_t *current = old ? find_setting(old) : NULL;
    const bool is_shared = current && fitness(current) == 2;

    for (xmpp_stanza_t *child = old ? xmpp_stanza_get_children(old) : NULL; child; child = xmpp_stanza_get_next(child)) {
        if (child != current || is_shared)
            copy_child(child, notify);
        else if (value != BOOKMARK_NOTIFY_UNSET)
            rename_setting(child, notify, value);
    }
    if ((!current || is_shared) && value != BOOKMARK_NOTIFY_UNSET) {
        xmpp_stanza_t *setting = stanza_add(notify, notify_names[value], NS_NOTIFY);
        if (is_shared) {
            stanza_set(setting, "identity-category", OWN_CATEGORY);
            stanza_set(setting, "identity-type", OWN_TYPE);
        }
    }
    return notify;
}

/* NULL: nothing is left to be said. */
static xmpp_stanza_t *
write_extensions(xmpp_ctx_t *ctx, xmpp_stanza_t *old, const XmppBookmark *bookmark)
{
    xmpp_stanza_t *old_notify = old ? stanza_child(old, "notify", NS_NOTIFY) : NULL;
    xmpp_stanza_t *current = old_notify ? find_setting(old_notify) : NULL;
    const BookmarkNotify before = current ? notify_of(current) : BOOKMARK_NOTIFY_UNSET;

    if (before == bookmark->notify)
        return old ? xmpp_stanza_copy(old) : NULL;
    xmpp_stanza_t *extensions =
        old ? copy_shell(old, "extensions", NS_BOOKMARKS) : stanza_new(ctx, "extensions", NS_BOOKMARKS);
    xmpp_stanza_t *notify = write_notify(ctx, old_notify, bookmark->notify);
    for (xmpp_stanza_t *child = old ? xmpp_stanza_get_children(old) : NULL; child; child = xmpp_stanza_get_next(child)) {
        if (child != old_notify)
            copy_child(child, extensions);
    }
    if (stanza_payload(notify))
        stanza_take(extensions, notify);
    else
        xmpp_stanza_release(notify);
    return extensions;
}

static void
set_or_remove(xmpp_stanza_t *element, const char *name, const char *value)
{
    if (value)
        stanza_set(element, name, value);
    else
        xmpp_stanza_del_attribute(element, name);
}

static bool
is_own_child(xmpp_stanza_t *child)
{
    static const char *const namespaces[] = { NS_BOOKMARKS, NS_BOOKMARKS_OLD };

    for (guint i = 0; i < G_N_ELEMENTS(namespaces); i++) {
        if (stanza_is(child, "nick", namespaces[i]) || stanza_is(child, "password", namespaces[i]))
            return true;
    }
    return stanza_is(child, "extensions", NS_BOOKMARKS);
}

/* `old` NULL: there was none. */
static xmpp_stanza_t *
write_conference(xmpp_ctx_t *ctx, xmpp_stanza_t *old, const XmppBookmark *bookmark, const char *ns)
{
    xmpp_stanza_t *conference = old ? copy_shell(old, "conference", ns) : stanza_new(ctx, "conference", ns);
    xmpp_stanza_t *extensions =
        write_extensions(ctx, old ? stanza_child(old, "extensions", NS_BOOKMARKS) : NULL, bookmark);

    set_or_remove(conference, "name", bookmark->name);
    set_or_remove(conference, "autojoin", bookmark->autojoin ? "true" : NULL);
    set_or_remove(conference, "jid", strcmp(ns, NS_BOOKMARKS_OLD) == 0 ? jid_text(bookmark->room) : NULL);
    if (bookmark->nick)
        stanza_add_text(conference, "nick", ns, bookmark->nick);
    if (bookmark->password)
        stanza_add_text(conference, "password", ns, bookmark->password);
    for (xmpp_stanza_t *child = old ? xmpp_stanza_get_children(old) : NULL; child; child = xmpp_stanza_get_next(child)) {
        if (xmpp_stanza_is_tag(child) && !is_own_child(child))
            copy_child(child, conference);
    }
    if (extensions)
        stanza_take(conference, extensions);
    return conference;
}

static xmpp_stanza_t *
write_as(xmpp_ctx_t *ctx, const XmppBookmark *bookmark, const char *ns)
{
    xmpp_stanza_t *old = bookmark->xml ? xmpp_stanza_new_from_string(ctx, bookmark->xml) : NULL;
    xmpp_stanza_t *conference = write_conference(ctx, old, bookmark, ns);

    if (old)
        xmpp_stanza_release(old);
    return conference;
}

xmpp_stanza_t *
bookmark_write(xmpp_ctx_t *ctx, const XmppBookmark *bookmark)
{
    return write_as(ctx, bookmark, NS_BOOKMARKS);
}

xmpp_stanza_t *
bookmark_write_old(xmpp_ctx_t *ctx, const XmppBookmark *bookmark)
{
    return write_as(ctx, bookmark, NS_BOOKMARKS_OLD);
}

/* --- for the store --- */

char *
bookmark_to_text(xmpp_ctx_t *ctx, const XmppBookmark *bookmark)
{
    xmpp_stanza_t *conference = bookmark_write(ctx, bookmark);
    char *text = stanza_to_xml(conference);

    xmpp_stanza_release(conference);
    return text;
}

XmppBookmark *
bookmark_from_text(xmpp_ctx_t *ctx, const char *room, const char *text)
{
    xmpp_stanza_t *conference = xmpp_stanza_new_from_string(ctx, text);
    XmppBookmark *bookmark = conference ? bookmark_read(conference, room) : NULL;

    if (conference)
        xmpp_stanza_release(conference);
    return bookmark;
}
