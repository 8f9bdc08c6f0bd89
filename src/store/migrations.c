/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/migrations.h"

#include <sqlite3.h>

#include "base/error.h"
#include "base/i18n.h"
#include "store/search_index.h"

/* 1: caches. `account` numbers bare JIDs for every table to come. */
static const char caches[] =
    "CREATE TABLE account ("
    " id INTEGER PRIMARY KEY,"
    " jid TEXT NOT NULL UNIQUE,"
    " roster_version TEXT) STRICT;" /* NULL: no roster is cached */
    "CREATE TABLE roster ("
    " account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    " jid TEXT NOT NULL,"
    " name TEXT,"
    " subscription TEXT NOT NULL,"
    " ask INTEGER NOT NULL,"
    " approved INTEGER NOT NULL,"
    " groups TEXT," /* separated by U+001F, which XML cannot carry */
    " PRIMARY KEY (account, jid)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE caps ("
    " id INTEGER PRIMARY KEY," /* grows with use: the smallest was used longest ago */
    " hash TEXT NOT NULL,"
    " ver TEXT NOT NULL,"
    " info TEXT NOT NULL,"
    " UNIQUE (hash, ver)) STRICT;"
    "CREATE TABLE memory ("
    " account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    " key TEXT NOT NULL,"
    " value TEXT NOT NULL,"
    " PRIMARY KEY (account, key)) STRICT, WITHOUT ROWID;";

/* 2: the history. `row` is unique everywhere and close to `position`, which is the order in the conversation: so rows
 * are found by time, too. `digest` stands for direction, sender and body: with it a copy is found in one look-up,
 * however often an id was used. */
static const char history[] =
    "CREATE TABLE conversation ("
    " id INTEGER PRIMARY KEY,"
    " account INTEGER REFERENCES account (id) ON DELETE CASCADE," /* NULL: forgotten, going a little at a time */
    " jid TEXT NOT NULL,"
    " kind INTEGER NOT NULL,"
    " read_position INTEGER NOT NULL DEFAULT 0,"
    " complete INTEGER NOT NULL DEFAULT 0," /* the archive has nothing older */
    " pending_read TEXT,"                   /* id of the archive, XEP-0490 */
    " UNIQUE (account, jid, kind)) STRICT;"
    "CREATE INDEX conversation_jid ON conversation (jid);"
    "CREATE TABLE message ("
    " row INTEGER PRIMARY KEY,"
    " conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,"
    " position INTEGER NOT NULL,"
    " time INTEGER NOT NULL,"
    " direction INTEGER NOT NULL,"
    " state INTEGER NOT NULL,"
    " flags INTEGER NOT NULL,"
    " digest INTEGER NOT NULL,"
    " sender TEXT,"
    " id TEXT,"
    " origin_id TEXT,"
    " archive_id TEXT,"
    " occupant_id TEXT,"
    " encryption TEXT," /* NULL: none */
    " trust TEXT,"
    " reason TEXT,"
    " edits INTEGER NOT NULL DEFAULT 0,"
    " edited INTEGER NOT NULL DEFAULT 0,"
    " edit_id TEXT,"
    " body TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX message_place ON message (conversation, position);"
    "CREATE UNIQUE INDEX message_archived ON message (conversation, archive_id) WHERE archive_id IS NOT NULL;"
    "CREATE INDEX message_id ON message (conversation, id, digest, archive_id) WHERE id IS NOT NULL;"
    "CREATE INDEX message_origin ON message (conversation, origin_id, digest, archive_id)"
    " WHERE origin_id IS NOT NULL AND origin_id IS NOT id;" /* most are their id */
    "CREATE INDEX message_time ON message (conversation, time, digest, position);"
    "CREATE INDEX message_incoming ON message (conversation, position) WHERE direction = 0;"
    "CREATE TABLE edit ("
    " message INTEGER NOT NULL REFERENCES message (row) ON DELETE CASCADE,"
    " number INTEGER NOT NULL," /* 0: the first text */
    " time INTEGER NOT NULL,"
    " id TEXT,"
    " origin_id TEXT,"
    " archive_id TEXT,"
    " body TEXT NOT NULL,"
    " PRIMARY KEY (message, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX edit_id ON edit (message, id);"
    "CREATE INDEX edit_archived ON edit (message, archive_id) WHERE archive_id IS NOT NULL;"
    "CREATE TABLE outbox ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    " message INTEGER NOT NULL,"
    " queued INTEGER NOT NULL,"
    " jid TEXT NOT NULL,"
    " kind INTEGER NOT NULL,"
    " recipient TEXT,"
    " intent TEXT,"
    " corrects TEXT,"
    " original INTEGER NOT NULL,"
    " stanza_id TEXT,"
    " body TEXT,"
    " written INTEGER NOT NULL DEFAULT 0,"
    " number INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX outbox_account ON outbox (account, id);"
    "CREATE INDEX outbox_message ON outbox (message);"
    "CREATE INDEX outbox_original ON outbox (original);"
    "CREATE TABLE archive ("
    " account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    " jid TEXT NOT NULL,"
    " cursor TEXT NOT NULL,"
    " PRIMARY KEY (account, jid)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE gap ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,"
    " after INTEGER NOT NULL,"
    " before INTEGER NOT NULL,"
    " after_id TEXT,"
    " before_id TEXT) STRICT;"
    "CREATE INDEX gap_place ON gap (conversation, before);"
    "CREATE TABLE chore ("
    " name TEXT PRIMARY KEY,"
    " value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE unindexed (row INTEGER PRIMARY KEY) STRICT;"
    "CREATE TRIGGER message_added AFTER INSERT ON message"
    " BEGIN INSERT OR IGNORE INTO unindexed VALUES (new.row); END;"
    "CREATE TRIGGER message_changed AFTER UPDATE OF body ON message"
    " BEGIN INSERT OR IGNORE INTO unindexed VALUES (new.row); END;"
    "CREATE TRIGGER message_gone AFTER DELETE ON message"
    " BEGIN INSERT OR IGNORE INTO unindexed VALUES (old.row); END;"
    SEARCH_INDEX_TABLE;

/* 3: what is known of other people's keys. */
static const char keys[] =
    "CREATE TABLE key_use ("
    " account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    " provider TEXT NOT NULL,"
    " peer TEXT NOT NULL,"
    " fingerprint TEXT NOT NULL,"
    " first INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " PRIMARY KEY (account, provider, peer, fingerprint)) STRICT, WITHOUT ROWID;";

/* 4: what was said about messages. */
static const char annotations[] =
    "CREATE TABLE reaction ("
    " message INTEGER NOT NULL REFERENCES message (row) ON DELETE CASCADE,"
    " sender TEXT NOT NULL,"
    " label TEXT NOT NULL,"
    " own INTEGER NOT NULL,"
    " emoji TEXT NOT NULL," /* one a line; empty: taken back */
    " time INTEGER NOT NULL,"
    " PRIMARY KEY (message, sender)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE retraction ("
    " message INTEGER PRIMARY KEY REFERENCES message (row) ON DELETE CASCADE,"
    " time INTEGER NOT NULL,"
    " by TEXT," /* NULL: its author */
    " reason TEXT) STRICT;"
    "CREATE TABLE reply ("
    " message INTEGER PRIMARY KEY REFERENCES message (row) ON DELETE CASCADE,"
    " id TEXT NOT NULL,"
    " author TEXT,"
    " text TEXT) STRICT;"
    "ALTER TABLE outbox ADD COLUMN reply_id TEXT;"
    "ALTER TABLE outbox ADD COLUMN reply_to TEXT;"
    "ALTER TABLE outbox ADD COLUMN quote TEXT;";

/* 5: … before the message was here; and answers by what they answer. */
static const char early[] =
    "CREATE TABLE early ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,"
    " target TEXT NOT NULL,"
    " kind INTEGER NOT NULL,"
    " sender TEXT NOT NULL,"
    " occupant_id TEXT NOT NULL," /* '': none */
    " direction INTEGER NOT NULL,"
    " by TEXT,"
    " words TEXT,"
    " time INTEGER NOT NULL,"
    " UNIQUE (conversation, target, kind, sender, occupant_id)) STRICT;"
    "CREATE INDEX reply_target ON reply (id);";

const Migration migrations[] = {
    { .sql = caches },
    { .sql = history },
    { .sql = keys },
    { .sql = annotations },
    { .sql = early },
};
const guint migrations_count = G_N_ELEMENTS(migrations);

/* One step, wholly or not at all: the version is a part of the transaction. */
static bool
run_step(Db *db, const Migration *step, guint version, GError **error)
{
    g_autofree char *stamp = g_strdup_printf("PRAGMA user_version = %u", version);
    if (!db_execute(db, "BEGIN IMMEDIATE", error))
        return false;
    /* Another process may have been faster. */
    const gint64 now = db_get_user_version(db, error);
    if (now >= (gint64) version)
        return db_execute(db, "ROLLBACK", error);
    if (now >= 0 && db_execute(db, step->sql, error) && (step->run == NULL || step->run(db, error))
        && db_execute(db, stamp, error) && db_execute(db, "COMMIT", error))
        return true;
    db_execute(db, "ROLLBACK", NULL);
    return false;
}

bool
migrations_run(Db *db, const Migration *table, guint count, GError **error)
{
    const gint64 version = db_get_user_version(db, error);
    if (version < 0)
        return false;
    if (version > (gint64) count) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                    _("%s was made by a newer confab: use that one, or move the file away"),
                    db_path(db));
        return false;
    }
    for (guint i = (guint) version; i < count; i++) {
        if (!run_step(db, &table[i], i + 1, error)) {
            g_prefix_error(error, _("Cannot bring %s up to date: "), db_path(db));
            return false;
        }
    }
    return true;
}
