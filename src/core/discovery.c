/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/discovery.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/rooms_private.h"

enum {
    SERVICES_MAX = 50,    /* items of the server that are asked what they are */
    QUESTIONS_AT_ONCE = 4,
    WIRE_PAGE = 100,
    NAMED_MAX = 10, /* services in an error */
};

#define NS_MUC_FEATURE "http://jabber.org/protocol/muc"
#define ROOMINFO "http://jabber.org/protocol/muc#roominfo"

/* --- asking many, a few at a time --- */

typedef struct Round Round;
struct Round {
    Session *session;
    GPtrArray *items; /* not owned; what is to be asked, by index */
    guint next, open;
    const Jid *(*jid_of)(gpointer item);
    void (*answered)(gpointer item, const DiscoInfo *info, gpointer owner);
    void (*ended)(gpointer owner);
    gpointer owner;
};

/* One question of a round. */
typedef struct Question {
    Round *round;
    gpointer item;
} Question;

static void round_go_on(Round *round);

static void
on_answer(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error, gpointer data)
{
    g_autofree Question *question = data;
    Round *round = question->round;
    if (info != NULL)
        round->answered(question->item, info, round->owner);
    if (stream_phase(stream) != XMPP_PHASE_ONLINE)
        round->next = round->items->len; /* nobody will answer */
    round->open--;
    round_go_on(round);
}

static void
round_go_on(Round *round)
{
    while (round->next < round->items->len && round->open < QUESTIONS_AT_ONCE) {
        gpointer item = g_ptr_array_index(round->items, round->next++);
        const Question question = { round, item };
        round->open++;
        disco_request_info(session_stream(round->session), round->jid_of(item), NULL, on_answer,
                           g_memdup2(&question, sizeof question));
    }
    if (round->open > 0)
        return;
    round->ended(round->owner);
    g_free(round);
}

static GError *
offline_error(Session *session)
{
    GError *error = NULL;
    if (!session_require_online(session, &error))
        return error;
    return NULL;
}

/* --- services --- */

typedef struct ServiceSearch {
    Session *session;
    DiscoveryServices done;
    gpointer data;
    GPtrArray *candidates; /* FoundService* */
    GPtrArray *services;   /* of them, not owned */
    guint people;          /* how many are for people; they come first */
} ServiceSearch;

static void
service_free(gpointer data)
{
    FoundService *service = data;
    jid_unref(service->jid);
    g_free(service->name);
    g_free(service);
}

static void
services_end(ServiceSearch *search, const GError *error)
{
    search->done(error == NULL ? search->services : NULL, error, search->data);
    g_ptr_array_unref(search->services);
    g_ptr_array_unref(search->candidates);
    g_free(search);
}

static const Jid *
service_jid(gpointer item)
{
    return ((FoundService *) item)->jid;
}

/* Gateways to other networks are rooms, too, but not what is looked for first. */
static void
on_service_info(gpointer item, const DiscoInfo *info, gpointer owner)
{
    ServiceSearch *search = owner;
    FoundService *service = item;
    if (!disco_info_has(info, NS_MUC_FEATURE))
        return;
    if (service->name == NULL)
        service->name = rooms_info_name(info);
    const bool for_people = disco_info_is(info, "conference", "text");
    g_ptr_array_insert(search->services, for_people ? (int) search->people++ : -1, service);
}

static void
on_services_known(gpointer owner)
{
    ServiceSearch *search = owner;
    g_autoptr(GError) error = offline_error(search->session);
    services_end(search, error);
}

static void
on_server_items(XmppStream *stream, const Jid *jid, const GPtrArray *items, const GError *error, gpointer data)
{
    ServiceSearch *search = data;
    for (guint i = 0; items != NULL && i < items->len && search->candidates->len < SERVICES_MAX; i++) {
        const DiscoItem *item = g_ptr_array_index(items, i);
        if (item->node != NULL || !jid_is_bare(item->jid) || jid_local(item->jid) != NULL)
            continue;
        FoundService *service = g_new0(FoundService, 1);
        *service = (FoundService) { jid_ref(item->jid), core_clean_name(item->name) };
        g_ptr_array_add(search->candidates, service);
    }
    if (error != NULL) {
        services_end(search, error);
        return;
    }
    Round *round = g_new0(Round, 1);
    *round = (Round) { .session = search->session, .items = search->candidates, .jid_of = service_jid,
                       .answered = on_service_info, .ended = on_services_known, .owner = search };
    round_go_on(round);
}

void
discovery_find_services(Session *session, DiscoveryServices done, gpointer data)
{
    ServiceSearch *search = g_new0(ServiceSearch, 1);
    *search = (ServiceSearch) { .session = session, .done = done, .data = data,
                                .candidates = g_ptr_array_new_with_free_func(service_free),
                                .services = g_ptr_array_new() };
    g_autoptr(Jid) server = jid_new(jid_domain(account_jid(session_account(session))), NULL);
    disco_request_items(session_stream(session), server, NULL, on_server_items, search);
}

/* --- what a room says of itself --- */

static void
room_free(gpointer data)
{
    FoundRoom *room = data;
    jid_unref(room->jid);
    g_free(room->name);
    g_free(room->description);
    g_free(room->subject);
    g_free(room->language);
    g_free(room->contacts);
    g_free(room->logs);
    g_free(room);
}

static FoundRoom *
room_new(const Jid *jid, const char *name)
{
    FoundRoom *room = g_new0(FoundRoom, 1);
    room->jid = jid_to_bare(jid);
    room->name = core_clean_name(name);
    room->occupants = -1;
    return room;
}

static int
read_number(const char *text)
{
    guint64 number;
    return text != NULL && g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT, &number, NULL) ? (int) number : -1;
}

static char *
clean_value(const DataForm *form, const char *var)
{
    return core_clean_words(form_value(form, var));
}

static char *
clean_values(const DataForm *form, const char *var)
{
    const FormField *field = form_find(form, var);
    GString *text = g_string_new(NULL);
    for (guint i = 0; field != NULL && i < field->values->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", (const char *) g_ptr_array_index(field->values, i));
    char *cleaned = core_clean_words(text->str);
    g_string_free(text, TRUE);
    return cleaned;
}

/* XEP-0045 §15.5.4. */
static void
read_roominfo(FoundRoom *room, const DataForm *form)
{
    room->occupants = read_number(form_value(form, "muc#roominfo_occupants"));
    room->description = clean_value(form, "muc#roominfo_description");
    room->subject = clean_value(form, "muc#roominfo_subject");
    room->language = clean_value(form, "muc#roominfo_lang");
    room->logs = clean_value(form, "muc#roominfo_logs");
    room->contacts = clean_values(form, "muc#roominfo_contactjid");
}

static void
on_room_info(gpointer item, const DiscoInfo *info, gpointer owner)
{
    FoundRoom *room = item;
    const DataForm *form = disco_info_form(info, ROOMINFO);
    char *name = rooms_info_name(info);
    if (name != NULL) {
        g_free(room->name);
        room->name = name;
    }
    room->is_known = true;
    room->flags = rooms_info_flags(info);
    if (form != NULL)
        read_roominfo(room, form);
}

static const Jid *
room_jid_of(gpointer item)
{
    return ((FoundRoom *) item)->jid;
}

typedef struct RoomQuestion {
    DiscoveryRoom done;
    gpointer data;
} RoomQuestion;

static void
on_one_room(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error, gpointer data)
{
    g_autofree RoomQuestion *question = data;
    g_autoptr(GError) no_room = NULL;
    if (info != NULL && !disco_info_has(info, NS_MUC_FEATURE))
        no_room = g_error_new(CONFAB_ERROR, ERROR_NOT_FOUND, _("%s is no room: check the address"), jid_text(jid));
    if (info == NULL || no_room != NULL) {
        question->done(NULL, no_room != NULL ? no_room : error, question->data);
        return;
    }
    FoundRoom *room = room_new(jid, NULL);
    on_room_info(room, info, NULL);
    question->done(room, NULL, question->data);
    room_free(room);
}

void
discovery_ask_room(Session *session, const Jid *room, DiscoveryRoom done, gpointer data)
{
    const RoomQuestion question = { done, data };
    disco_request_info(session_stream(session), room, NULL, on_one_room, g_memdup2(&question, sizeof question));
}

/* --- lists of rooms --- */

typedef struct Listing {
    Session *session;
    DiscoveryRooms done;
    gpointer data;
    Jid *service;
    char *search;     /* folded; NULL */
    guint first, end; /* of the matching ones: the page; from 0 */
    guint seen;       /* rooms the service has named */
    guint matching;
    guint count;      /* how many there are, says the service; 0: it does not */
    bool is_whole;    /* all have been seen */
    bool is_cut;
    GPtrArray *rooms; /* FoundRoom*: of the page */
} Listing;

static void
listing_end(Listing *listing, const GError *error)
{
    const guint total = listing->is_whole ? listing->matching : listing->search == NULL ? listing->count : 0;
    const RoomPage page = {
        .service = listing->service,
        .rooms = listing->rooms,
        .first = listing->first + 1,
        .total = total,
        .has_more = listing->matching > listing->end,
        .is_cut = listing->is_cut,
    };
    listing->done(error == NULL ? &page : NULL, error, listing->data);
    g_clear_pointer(&listing->service, jid_unref);
    g_ptr_array_unref(listing->rooms);
    g_free(listing->search);
    g_free(listing);
}

static void
on_rooms_known(gpointer owner)
{
    Listing *listing = owner;
    g_autoptr(GError) error = offline_error(listing->session);
    listing_end(listing, error);
}

static void
ask_rooms(Listing *listing)
{
    Round *round = g_new0(Round, 1);
    *round = (Round) { .session = listing->session, .items = listing->rooms, .jid_of = room_jid_of,
                       .answered = on_room_info, .ended = on_rooms_known, .owner = listing };
    round_go_on(round);
}

static bool
matches(const Listing *listing, const DiscoItem *item)
{
    if (listing->search == NULL)
        return true;
    g_autofree char *name = text_fold(item->name != NULL ? item->name : "");
    g_autofree char *jid = text_fold(jid_local(item->jid));
    return strstr(name, listing->search) != NULL || strstr(jid, listing->search) != NULL;
}

/* I14: a service speaks for its own rooms only. */
static bool
is_room_of(const Listing *listing, const DiscoItem *item)
{
    return jid_local(item->jid) != NULL && jid_is_bare(item->jid)
           && g_str_equal(jid_domain(item->jid), jid_domain(listing->service));
}

static void
take_items(Listing *listing, const GPtrArray *items)
{
    for (guint i = 0; i < items->len && listing->seen < DISCOVERY_ROOMS_MAX; i++, listing->seen++) {
        const DiscoItem *item = g_ptr_array_index(items, i);
        if (!is_room_of(listing, item) || !matches(listing, item))
            continue;
        if (listing->matching >= listing->first && listing->matching < listing->end)
            g_ptr_array_add(listing->rooms, room_new(item->jid, item->name));
        listing->matching++;
    }
}

static void
on_room_items(XmppStream *stream, const Jid *jid, const GPtrArray *items, const RsmPage *page, const GError *error,
              gpointer data)
{
    Listing *listing = data;
    if (error != NULL) {
        listing_end(listing, error);
        return;
    }
    const guint before = listing->seen;
    take_items(listing, items);
    listing->count = page->count;
    listing->is_cut = listing->seen >= DISCOVERY_ROOMS_MAX;
    /* Without a page there was all; an empty one is the end, whatever it says about more. */
    listing->is_whole = !listing->is_cut
                        && (page->last == NULL || items->len == 0 || listing->seen == before
                            || (page->count > 0 && listing->seen >= page->count));
    if (listing->is_whole || listing->is_cut || listing->matching > listing->end)
        ask_rooms(listing);
    else
        disco_request_items_page(stream, listing->service, WIRE_PAGE, page->last, on_room_items, listing);
}

static void
list_of(Listing *listing)
{
    disco_request_items_page(session_stream(listing->session), listing->service, WIRE_PAGE, NULL, on_room_items, listing);
}

static GError *
many_services(const GPtrArray *services)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < services->len && i < NAMED_MAX; i++) {
        const FoundService *service = g_ptr_array_index(services, i);
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", jid_text(service->jid));
    }
    g_autofree char *cleaned = core_clean_words(names->str);
    g_string_free(names, TRUE);
    return g_error_new(CONFAB_ERROR, ERROR_USAGE, _("your server has several places with rooms: /rooms and one of %s"),
                       cleaned);
}

static void
on_services(const GPtrArray *services, const GError *error, gpointer data)
{
    Listing *listing = data;
    g_autoptr(GError) problem = NULL;
    if (error == NULL && services->len == 0)
        problem = g_error_new_literal(CONFAB_ERROR, ERROR_NOT_FOUND,
                                      _("your server has no rooms: name another one, /rooms SERVICE"));
    else if (error == NULL && services->len > 1)
        problem = many_services(services);
    if (error != NULL || problem != NULL) {
        listing_end(listing, error != NULL ? error : problem);
        return;
    }
    listing->service = jid_ref(((const FoundService *) g_ptr_array_index(services, 0))->jid);
    list_of(listing);
}

void
discovery_list_rooms(Session *session, const RoomSearch *search, DiscoveryRooms done, gpointer data)
{
    Listing *listing = g_new0(Listing, 1);
    const guint first = (MAX(search->page, 1) - 1) * DISCOVERY_PAGE_ROWS;
    *listing = (Listing) { .session = session, .done = done, .data = data, .first = first,
                           .end = first + DISCOVERY_PAGE_ROWS, .rooms = g_ptr_array_new_with_free_func(room_free) };
    listing->search = search->search != NULL ? text_fold(search->search) : NULL;
    if (search->service == NULL) {
        discovery_find_services(session, on_services, listing);
        return;
    }
    listing->service = jid_to_bare(search->service);
    list_of(listing);
}
