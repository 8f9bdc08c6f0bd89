#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An XMPP client of other make, Debian's python3-slixmpp, that does in rooms what a test tells it.

    room_bot.py PORT CA-FILE USER PASSWORD [--resource bot]

logs in as USER@localhost/bot. Commands are lines of JSON on standard input, what happens are lines of JSON on standard
output; standard error stays empty. Every value is text. Commands ("room" is the room's JID):

    {"do":"join","room":…,"nick":…,"password":…,"history":…}      also the next nick, when it is in; history: how many
    {"do":"open","room":…}                      a room that was created by joining it gets its defaults
    {"do":"leave","room":…,"text":…}
    {"do":"crowd","room":…,"count":…,"prefix":…} that many more clients of this account join, as prefix1, prefix2 …
    {"do":"say","room":…,"text":…,"id":…,"extra":…}               extra: more XML
    {"do":"reply","room":…,"text":…,"id":…,"to":…,"target":…,"quote":…}   quote: what the fall-back shows
    {"do":"react","room":…,"target":…,"emoji":"👍 🎉"}
    {"do":"correct","room":…,"target":…,"text":…}
    {"do":"retract","room":…,"target":…}
    {"do":"moderate","room":…,"target":…,"reason":…}
    {"do":"flood","room":…,"count":…,"text":…}  says "text 1", "text 2" …
    {"do":"subject","room":…,"text":…}
    {"do":"pm","room":…,"nick":…,"text":…}
    {"do":"chat","jid":…,"text":…}
    {"do":"kick","room":…,"nick":…,"reason":…}
    {"do":"ban","room":…,"jid":…,"reason":…}
    {"do":"grant","room":…,"nick":…,"role":…,"reason":…}, or with "jid" and "affiliation"
    {"do":"destroy","room":…,"alternate":…,"reason":…}
    {"do":"invite","room":…,"jid":…,"reason":…,"password":…}      directly; "mediated" instead by the room
    {"do":"config","room":…,"set":"muc#roomconfig_membersonly=1\\n…"}
    {"do":"archive","room":…}                   the first 50 the room's archive has
    {"do":"forget","room":…}                    needs mod_forgetful of support/prosody
    {"do":"raw","xml":…}
    {"do":"quit"}

Events: online (jid); presence and message (from, type, id, xml, and what is in them); archived (body); done (do, error): the server has
answered open, moderate, kick, ban, grant, destroy, config and archive, or the room join, leave and crowd.
"""
import argparse
import asyncio
import json
import logging
import sys
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

logging.disable(logging.CRITICAL)  # of its import already

import slixmpp  # noqa: E402

MUC = "http://jabber.org/protocol/muc"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
BODY = "{jabber:client}body"


def tell(event, **values):
    line = json.dumps(dict(event=event, **values), ensure_ascii=False, separators=(",", ":"))
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


def tag(name, attributes, *children):
    """XML; attributes that are None are left out, children are XML."""
    words = "".join(" %s=%s" % (key, quoteattr(value)) for key, value in attributes.items() if value is not None)
    return "<%s%s>%s</%s>" % (name, words, "".join(children), name)


def text_tag(name, text):
    return tag(name, {}, escape(text)) if text is not None else ""


def condition_of(xml):
    """The condition of a stanza's error, None: there is none."""
    error = xml.find("{jabber:client}error")
    if error is None:
        return None
    return next((e.tag.split("}")[1] for e in error if e.tag.startswith("{" + STANZAS)), "undefined-condition")


class Client(slixmpp.ClientXMPP):
    """Online in a moment; `came` is called with every stanza."""

    def __init__(self, options, resource, came):
        super().__init__("%s@localhost/%s" % (options.user, resource), options.password)
        self.came, self.online = came, asyncio.get_event_loop().create_future()
        self.ca_certs = options.ca_file
        self.add_event_handler("session_start", self.started)
        self.add_filter("in", self.filter)
        self.connect(address=("127.0.0.1", options.port))

    def started(self, _event):
        self.send_raw("<presence/>")
        self.online.set_result(None)

    def filter(self, stanza):
        if stanza.name in ("message", "presence", "iq"):
            self.came(stanza.xml)
        return stanza


class Bot:
    def __init__(self, options):
        self.options = options
        self.client = Client(options, options.resource, self.came)
        self.crowd, self.waiting, self.last, self.nicks = [], {}, 0, {}

    async def run(self):
        await self.client.online
        tell("online", jid=self.client.boundjid.full)
        reader = asyncio.StreamReader(limit=1 << 22)
        await asyncio.get_event_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            command = json.loads(line)
            if command["do"] == "quit":
                break
            await getattr(self, "do_" + command["do"])(command)
        for client in self.crowd + [self.client]:
            await client.disconnect(wait=2)

    # --- what comes

    def came(self, xml):
        kind, sender, nonza = xml.tag.split("}")[1], xml.get("from", ""), xml.get("id")
        if kind == "iq":
            if nonza in self.waiting and xml.get("type") in ("result", "error"):
                self.waiting.pop(nonza).set_result(condition_of(xml))
            return
        archived = xml.find("/".join(("{urn:xmpp:mam:2}result", "{urn:xmpp:forward:0}forwarded", "{jabber:client}message")))
        if archived is not None:
            tell("archived", body=archived.findtext(BODY))
            return
        values = {"from": sender, "type": xml.get("type", "available" if kind == "presence" else "normal"),
                  "id": nonza, "error": condition_of(xml)}
        values.update(self.presence(xml) if kind == "presence" else self.message(xml))
        if kind == "presence":
            self.settle(sender, values)
        tell(kind, **values, xml=ElementTree.tostring(xml, "unicode"))

    def settle(self, sender, values):
        """Ends the waiting for the answer to a presence."""
        room = sender.split("/")[0]
        if values["type"] == "error":
            waiting = self.waiting.pop((room, "join"), None)
        elif 110 in values["codes"] or sender == self.nicks.get(room):
            waiting = self.waiting.pop((room, "leave" if values["type"] == "unavailable" else "join"), None)
        else:
            return
        if waiting:
            waiting.set_result(values["error"])

    @staticmethod
    def presence(xml):
        user = xml.find("{%s#user}x" % MUC)
        if user is None:
            return {"codes": []}
        item, destroy = user.find("{%s#user}item" % MUC), user.find("{%s#user}destroy" % MUC)
        values = {"codes": sorted(int(e.get("code")) for e in user.findall("{%s#user}status" % MUC))}
        if item is not None:
            actor = item.find("{%s#user}actor" % MUC)
            values.update({key: item.get(key) for key in ("role", "affiliation", "jid", "nick")},
                          reason=item.findtext("{%s#user}reason" % MUC), actor=actor.get("nick") if actor is not None else None)
        if destroy is not None:
            values.update(alternate=destroy.get("jid"), reason=destroy.findtext("{%s#user}reason" % MUC))
        return values

    @staticmethod
    def message(xml):
        def attribute(name, key):
            found = xml.find(name)
            return found.get(key) if found is not None else None
        reactions = xml.find("{urn:xmpp:reactions:0}reactions")
        retract = attribute("{urn:xmpp:message-retract:1}retract", "id")
        return {
            "body": xml.findtext(BODY), "subject": xml.findtext("{jabber:client}subject"),
            "children": [child.tag for child in xml],
            "stanza_id": attribute("{urn:xmpp:sid:0}stanza-id", "id"),
            "occupant_id": attribute("{urn:xmpp:occupant-id:0}occupant-id", "id"),
            "replaces": attribute("{urn:xmpp:message-correct:0}replace", "id"),
            "replies_to": attribute("{urn:xmpp:reply:0}reply", "id"),
            "reacts_to": attribute("{urn:xmpp:reactions:0}reactions", "id"),
            "reactions": [e.text for e in reactions] if reactions is not None else None,
            "retracts": retract,
        }

    # --- what goes

    def new_id(self):
        self.last += 1
        return "bot-%s-%d" % (self.options.resource, self.last)

    def expect(self, key):
        self.waiting[key] = asyncio.get_event_loop().create_future()
        return self.waiting[key]

    async def ask(self, command, kind, *children):
        """An IQ to the room, and what became of it."""
        identity = self.new_id()
        answer = self.expect(identity)
        self.client.send_raw(tag("iq", {"type": kind, "to": command["room"], "id": identity}, *children))
        tell("done", do=command["do"], error=await answer)

    def send(self, to, *children, kind="groupchat", identity=None):
        self.client.send_raw(tag("message", {"type": kind, "to": to, "id": identity or self.new_id()}, *children))

    def presence_to(self, client, room, nick, command):
        inner = text_tag("password", command.get("password"))
        if "history" in command:
            inner += tag("history", {"maxstanzas": command["history"]})
        client.send_raw(tag("presence", {"to": room + "/" + nick}, tag("x", {"xmlns": MUC}, inner)))

    async def do_join(self, command):
        answer = self.expect((command["room"], "join"))
        self.nicks[command["room"]] = command["room"] + "/" + command["nick"]
        self.presence_to(self.client, command["room"], command["nick"], command)
        tell("done", do="join", error=await answer)

    async def do_open(self, command):
        await self.ask(command, "set", tag("query", {"xmlns": MUC + "#owner"},
                                           tag("x", {"xmlns": "jabber:x:data", "type": "submit"})))

    async def do_leave(self, command):
        answer = self.expect((command["room"], "leave"))
        self.client.send_raw(tag("presence", {"type": "unavailable", "to": self.nicks[command["room"]]},
                                 text_tag("status", command.get("text"))))
        tell("done", do="leave", error=await answer)

    async def do_crowd(self, command):
        error = None
        for number in range(1, int(command["count"]) + 1):
            joined = asyncio.get_event_loop().create_future()

            def came(xml, joined=joined):
                values = self.presence(xml) if xml.tag.endswith("}presence") else {"codes": []}
                if not joined.done() and (xml.get("type") == "error" or 110 in values["codes"]):
                    joined.set_result(condition_of(xml))

            client = Client(self.options, "crowd%d" % (len(self.crowd) + 1), came)
            self.crowd.append(client)
            await client.online
            self.presence_to(client, command["room"], "%s%d" % (command["prefix"], number), {"history": "0"})
            error = error or await joined
        tell("done", do="crowd", error=error)

    async def do_say(self, command):
        self.send(command["room"], text_tag("body", command["text"]), command.get("extra", ""), identity=command.get("id"))

    async def do_reply(self, command):
        quote = "".join("> %s\n" % line for line in command["quote"].split("\n")) if "quote" in command else ""
        fallback = tag("fallback", {"xmlns": "urn:xmpp:fallback:0", "for": "urn:xmpp:reply:0"},
                       tag("body", {"start": "0", "end": str(len(quote))})) if quote else ""
        self.send(command["room"], text_tag("body", quote + command["text"]),
                  tag("reply", {"xmlns": "urn:xmpp:reply:0", "to": command.get("to"), "id": command["target"]}), fallback,
                  identity=command.get("id"))

    async def do_react(self, command):
        self.send(command["room"], tag("reactions", {"xmlns": "urn:xmpp:reactions:0", "id": command["target"]},
                                       *(text_tag("reaction", emoji) for emoji in command["emoji"].split())),
                  tag("store", {"xmlns": "urn:xmpp:hints"}))

    async def do_correct(self, command):
        self.send(command["room"], text_tag("body", command["text"]),
                  tag("replace", {"xmlns": "urn:xmpp:message-correct:0", "id": command["target"]}))

    async def do_retract(self, command):
        self.send(command["room"], text_tag("body", "This person attempted to retract a previous message."),
                  tag("retract", {"xmlns": "urn:xmpp:message-retract:1", "id": command["target"]}),
                  tag("fallback", {"xmlns": "urn:xmpp:fallback:0", "for": "urn:xmpp:message-retract:1"}),
                  tag("store", {"xmlns": "urn:xmpp:hints"}))

    async def do_moderate(self, command):
        await self.ask(command, "set", tag("apply-to", {"xmlns": "urn:xmpp:fasten:0", "id": command["target"]},
                                           tag("moderate", {"xmlns": "urn:xmpp:message-moderate:0"},
                                               tag("retract", {"xmlns": "urn:xmpp:message-retract:0"}),
                                               text_tag("reason", command.get("reason")))))

    async def do_flood(self, command):
        for number in range(1, int(command["count"]) + 1):
            self.send(command["room"], text_tag("body", "%s %d" % (command["text"], number)))

    async def do_subject(self, command):
        self.send(command["room"], text_tag("subject", command["text"]))

    async def do_pm(self, command):
        self.send(command["room"] + "/" + command["nick"], text_tag("body", command["text"]),
                  tag("x", {"xmlns": MUC + "#user"}), kind="chat")

    async def do_chat(self, command):
        self.send(command["jid"], text_tag("body", command["text"]), kind="chat")

    async def administer(self, command, **item):
        await self.ask(command, "set", tag("query", {"xmlns": MUC + "#admin"},
                                           tag("item", item, text_tag("reason", command.get("reason")))))

    async def do_kick(self, command):
        await self.administer(command, nick=command["nick"], role="none")

    async def do_ban(self, command):
        await self.administer(command, jid=command["jid"], affiliation="outcast")

    async def do_grant(self, command):
        await self.administer(command, **{key: command[key] for key in ("nick", "jid", "role", "affiliation") if key in command})

    async def do_destroy(self, command):
        await self.ask(command, "set", tag("query", {"xmlns": MUC + "#owner"},
                                           tag("destroy", {"jid": command.get("alternate")},
                                               text_tag("reason", command.get("reason")))))

    async def do_invite(self, command):
        if "mediated" in command:
            self.send(command["room"], tag("x", {"xmlns": MUC + "#user"}, tag("invite", {"to": command["jid"]}, text_tag(
                "reason", command.get("reason")))), kind="normal")
        else:
            self.send(command["jid"], tag("x", {"xmlns": "jabber:x:conference", "jid": command["room"],
                                                "reason": command.get("reason"), "password": command.get("password")}),
                      kind="normal")

    async def do_config(self, command):
        def field(line):
            name, value = line.split("=", 1)
            return tag("field", {"var": name}, text_tag("value", value))
        fields = ["FORM_TYPE=%s#roomconfig" % MUC] + command["set"].split("\n")
        await self.ask(command, "set", tag("query", {"xmlns": MUC + "#owner"},
                                           tag("x", {"xmlns": "jabber:x:data", "type": "submit"}, *map(field, fields))))

    async def do_archive(self, command):
        await self.ask(command, "set", tag("query", {"xmlns": "urn:xmpp:mam:2"}, tag(
            "set", {"xmlns": "http://jabber.org/protocol/rsm"}, text_tag("max", "50"))))

    async def do_forget(self, command):
        self.send(command["room"], tag("forget", {"xmlns": "urn:x-confab:test"}), kind="normal")

    async def do_raw(self, command):
        self.client.send_raw(command["xml"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("ca_file")
    parser.add_argument("user")
    parser.add_argument("password")
    parser.add_argument("--resource", default="bot")
    asyncio.get_event_loop().run_until_complete(Bot(parser.parse_args()).run())


main()
