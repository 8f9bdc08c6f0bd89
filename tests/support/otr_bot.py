#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An XMPP client that speaks OTR without libotr, by Debian's python3-potr, and does what a test tells it.

    otr_bot.py PORT CA-FILE USER PASSWORD [--resource bot] [--versions 23] [--fragment BYTES] [--stanzas]

logs in as USER@localhost/bot. Commands are lines of JSON on standard input, what happens are lines of JSON on standard
output; standard error stays empty. Commands ("to" is a JID; a bare one goes to the device last heard of):

    {"do":"start","to":…}                       asks for OTR, or refreshes it
    {"do":"end","to":…}                         ends it and tells the peer
    {"do":"send","to":…,"text":…,"extra":…}     encrypted when there is a session, else in the clear; and more XML
    {"do":"smp","to":…,"secret":…}              compares a secret
    {"do":"smp-question","to":…,"question":…,"secret":…}
    {"do":"smp-answer","to":…,"secret":…}
    {"do":"smp-abort","to":…}
    {"do":"raw","to":…,"text":…,"extra":…}      any body as it is; without "to" to itself
    {"do":"restart"}                            forgets all sessions, keeps the key
    {"do":"policy","versions":…,"fragment":…}   versions it offers and speaks: "23", "2", "3", "1" (which it only offers)
    {"do":"quit"}

Events: online (jid, fingerprint), presence (from, type), restarted, received (in the clear), text (was encrypted), state
(plain, encrypted, finished; with version and the peer's fingerprint), smp (asked, succeeded, failed, aborted), error
(what could not be read), and with --stanzas every message as it was on the wire: stanza (type, body, children as
"{namespace}name").
"""
import argparse
import base64
import json
import logging
import os
import secrets
import select
import socket
import ssl
import sys
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from Cryptodome.Cipher import AES
from Cryptodome.PublicKey import DSA
from potr import context, crypt, proto
from potr.compatcrypto import pycrypto
from potr.utils import bytes_to_long, long_to_bytes


# --- potr was written for PyCrypto: what Cryptodome does differently

def aes_ctr(key, counter=0):
    prefix = counter.prefix if isinstance(counter, pycrypto.Counter) else counter
    return AES.new(key, AES.MODE_CTR, nonce=long_to_bytes(prefix, 8), initial_value=0)


def dsa_sign(self, data):
    p, q, g, _, x = (int(n) for n in self.getPrivatePayload())
    while True:
        k = 1 + secrets.randbelow(q - 1)
        r = pow(g, k, p) % q
        s = pow(k, -1, q) * (bytes_to_long(data) + x * r) % q
        if r and s:
            return long_to_bytes(r, 20) + long_to_bytes(s, 20)


def dsa_verify(self, data, signature):
    p, q, g, y = (int(n) for n in self.getPublicPayload())
    r, s = bytes_to_long(signature[:20]), bytes_to_long(signature[20:])
    if len(signature) != 40 or not 0 < r < q or not 0 < s < q:
        return False
    w = pow(s, -1, q)
    return pow(g, bytes_to_long(data) * w % q, p) * pow(y, r * w % q, p) % p % q == r


def make_key():
    key = DSA.generate(1024)
    return pycrypto.DSAKey(tuple(int(n) for n in (key.y, key.g, key.p, key.q, key.x)), private=True)


crypt.AESCTR = aes_ctr
pycrypto.DSAKey.sign = dsa_sign
pycrypto.DSAKey.verify = dsa_verify


# --- potr speaks version 2: version 3 has the instance tags of both sides behind the type of each message

def third(cls):
    fields = [("sender", b"!I"), ("receiver", b"!I")] + cls.fields
    return proto.registermessage(type(cls.__name__ + "3", (cls,), {"__slots__": [], "version": 3, "fields": fields}))


THIRD = {cls: third(cls) for cls in (proto.DHCommit, proto.DHKey, proto.RevealSig, proto.Signature, proto.DataMessage)}


class Engine(crypt.CryptEngine):
    def createDataMessage(self, message, flags=0, tlvs=None):
        keys = self.sessionkeys[1][0]
        data = self.ctx.versioned(super().createDataMessage(message, flags, tlvs))
        data.mac = crypt.SHA1HMAC(keys.sendmac, data.getMacedData())
        return data


class Context(context.Context):
    def __init__(self, account, peer):
        super().__init__(account, peer)
        self.crypto = Engine(self)
        self.version = 2
        self.tag, self.peer_tag = account.tag, 0

    def getPolicy(self, key):
        versions = self.user.versions
        return {"ALLOW_V1": "1" in versions, "ALLOW_V2": "2" in versions or "3" in versions}.get(key, False)

    def policyOtrEnabled(self):
        return True

    def inject(self, msg, appdata=None):
        bot = self.user.bot
        bot.send_body(bot.address(self.peer), msg.decode(), bot.extra)

    def versioned(self, message):
        if self.version == 2 or message.version != 2:
            return message
        cls = THIRD[type(message)]
        values = dict(message.data, sender=self.tag, receiver=self.peer_tag)
        return cls(*(values[name] for name, _ in cls.fields))

    def handleQuery(self, message, appdata=None):
        wanted = [v for v in (3, 2) if v in message.versions and str(v) in self.user.versions]
        if wanted:
            self.version, self.peer_tag = wanted[0], 0
            self.crypto.startAKE(appdata)

    def sendMessage(self, policy, msg, flags=0, tlvs=(), appdata=None):
        if isinstance(msg, proto.AKEMessage):
            msg = self.versioned(msg)
        return super().sendMessage(policy, msg, flags, list(tlvs), appdata)

    def processOutgoingMessage(self, msg, flags, tlvs=()):
        if self.state == context.STATE_ENCRYPTED:  # also what looks like a query
            return self.crypto.createDataMessage(msg, flags, tlvs)
        return super().processOutgoingMessage(msg, flags, tlvs)

    def sendFragmented(self, msg, policy=context.FRAGMENT_SEND_ALL, appdata=None):
        most = self.user.fragment
        if not most or len(msg) <= most:
            return self.inject(msg)
        tags = "|%08x|%08x" % (self.tag, self.peer_tag) if self.version == 3 else ""
        size = most - len("?OTR%s,65535,65535,," % tags)
        pieces = [msg[i:i + size].decode() for i in range(0, len(msg), size)]
        for i, piece in enumerate(pieces):
            self.inject(("?OTR%s,%05u,%05u,%s," % (tags, i + 1, len(pieces), piece)).encode())
        return None

    def parse(self, message, nofragment=False):
        if message.startswith(b"?OTR|"):
            tags, rest = message[5:].split(b",", 1)
            if int(tags.split(b"|")[1], 16) not in (0, self.tag):
                return None
            message = b"?OTR," + rest
        parsed = super().parse(message, nofragment)
        if isinstance(parsed, proto.GenericOTRMessage):
            if str(parsed.version) not in self.user.versions:
                return None
            if parsed.version == 3:
                if parsed.receiver not in (0, self.tag):
                    return None
                self.peer_tag = parsed.sender
            if isinstance(parsed, proto.AKEMessage):
                self.version = parsed.version
        return parsed

    def setState(self, state):
        super().setState(state)
        more = {}
        if state == context.STATE_ENCRYPTED:
            more = {"version": self.version, "fingerprint": self.getCurrentKey().cfingerprint()}
        tell("state", **{"with": self.peer}, state=("plain", "encrypted", "finished")[state], **more)

    def processTLVs(self, tlvs, appdata=None):
        super().processTLVs(tlvs, appdata)
        for tlv in tlvs:
            if isinstance(tlv, proto.SMPTLV):
                self.tell_smp(tlv)

    def tell_smp(self, tlv):
        smp = self.crypto.smp
        words = {crypt.SMPPROG_SUCCEEDED: "succeeded", crypt.SMPPROG_FAILED: "failed"}.get(smp.prog)
        if isinstance(tlv, proto.SMPABORTTLV):
            words = "aborted"
        elif isinstance(tlv, (proto.SMP1TLV, proto.SMP1QTLV)) and smp.prog == crypt.SMPPROG_OK:
            words = "asked"
        elif smp.prog == crypt.SMPPROG_CHEATED:
            words = "cheated"
        question = tlv.msg.decode() if isinstance(tlv, proto.SMP1QTLV) else None
        if words:
            tell("smp", **{"with": self.peer}, state=words, question=question)


class Account(context.Account):
    contextclass = Context

    def __init__(self, bot, name, options):
        super().__init__(name, "xmpp", 0, make_key())
        self.bot = bot
        self.tag = 0x100 + secrets.randbelow(0xFFFFFF00)
        self.versions, self.fragment = options.versions, options.fragment

    def saveTrusts(self):
        pass

    def query(self):
        return "?OTR?" if self.versions == "1" else "?OTRv%s?" % self.versions


# --- a small XMPP client

def tell(event, **values):
    line = json.dumps(dict(event=event, **values), ensure_ascii=False, separators=(",", ":"))
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


def local(element):
    return element.tag.rsplit("}", 1)[-1]


class Stream:
    HEADER = ("<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
              "xmlns:stream='http://etherx.jabber.org/streams'>")

    def __init__(self, port, ca_file, user, password, resource):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.open()
        self.ask("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "proceed")
        tls = ssl.create_default_context(cafile=ca_file)
        self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.open()
        secret = base64.b64encode(("\0%s\0%s" % (user, password)).encode()).decode()
        self.ask("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>" % secret, "success")
        self.open()
        bound = self.ask("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                         "<resource>%s</resource></bind></iq>" % escape(resource), "iq")
        self.jid = next(e.text for e in bound.iter() if local(e) == "jid")

    def open(self):
        self.parser, self.depth, self.root = ElementTree.XMLPullParser(("start", "end")), 0, None
        self.ask(self.HEADER, "features")

    def write(self, xml):
        self.socket.sendall(xml.encode())

    def ask(self, xml, expected):
        self.write(xml)
        answers = []
        while not answers:
            answers = list(self.read())
        if local(answers[0]) != expected:
            raise SystemExit("expected %s: %s" % (expected, ElementTree.tostring(answers[0], "unicode")))
        return answers[0]

    def read(self):
        """What is complete of the next bytes; waits for them."""
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.parser.feed(data)
        for event, element in self.parser.read_events():
            self.depth += 1 if event == "start" else -1
            if event == "start" and self.depth == 1:
                self.root = element
            elif event == "end" and self.depth == 1:
                yield element
                self.root.clear()

    def pending(self):
        return self.socket.pending()


class Bot:
    def __init__(self, options):
        self.options = options
        self.account = Account(self, "%s@localhost" % options.user, options)
        self.stream = Stream(options.port, options.ca_file, options.user, options.password, options.resource)
        self.devices, self.last_id, self.extra = {}, 0, ""
        self.stream.write("<presence/>")
        tell("online", jid=self.stream.jid, fingerprint=self.account.getPrivkey().cfingerprint())

    def address(self, jid):
        return self.devices.get(jid, jid)

    def send_body(self, to, body, extra=""):
        self.last_id += 1
        self.stream.write("<message type='chat' to=%s id='bot%d'><body>%s</body>%s</message>"
                          % (quoteattr(to), self.last_id, escape(body), extra))

    def context(self, command):
        return self.account.getContext(command["to"].split("/")[0])

    # commands

    def do_start(self, command):
        self.context(command)
        self.send_body(self.address(command["to"]), self.account.query())

    def do_end(self, command):
        self.context(command).disconnect()

    def do_send(self, command):
        self.extra = command.get("extra", "")
        clear = self.context(command).sendMessage(context.FRAGMENT_SEND_ALL, command["text"].encode())
        self.extra = ""
        if clear is not None:
            self.send_body(self.address(command["to"]), clear.decode())

    def do_smp(self, command):
        self.context(command).smpInit(command["secret"].encode())

    def do_smp_question(self, command):
        self.context(command).smpInit(command["secret"].encode(), question=command["question"].encode())

    def do_smp_answer(self, command):
        self.context(command).smpGotSecret(command["secret"].encode())

    def do_smp_abort(self, command):
        self.context(command).smpAbort()

    def do_raw(self, command):
        to = self.address(command["to"]) if "to" in command else self.stream.jid
        self.send_body(to, command["text"], command.get("extra", ""))

    def do_restart(self, _command):
        self.account.ctxs.clear()
        self.devices.clear()
        tell("restarted")

    def do_policy(self, command):
        self.account.versions = command.get("versions", self.account.versions)
        self.account.fragment = int(command.get("fragment", self.account.fragment))

    def do_quit(self, _command):
        self.stream.write("</stream:stream>")
        raise EOFError

    def command(self, line):
        command = json.loads(line)
        try:
            getattr(self, "do_" + command["do"].replace("-", "_"))(command)
        except (context.NotEncryptedError, crypt.InvalidParameterError) as error:
            tell("error", **{"with": command.get("to")}, text=repr(error))

    # what comes

    def stanza(self, stanza):
        if local(stanza) == "iq" and stanza.get("type") in ("get", "set"):
            self.stream.write("<iq type='error' id=%s to=%s><error type='cancel'><service-unavailable "
                              "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
                              % (quoteattr(stanza.get("id", "")), quoteattr(stanza.get("from", "localhost"))))
        if local(stanza) == "presence":
            self.presence(stanza)
        if local(stanza) != "message":
            return
        sender, body = stanza.get("from", ""), stanza.findtext("{jabber:client}body")
        if self.options.stanzas:
            tell("stanza", **{"from": sender}, type=stanza.get("type", "normal"), body=body,
                 children=[child.tag for child in stanza])
        if stanza.get("type") == "error":
            tell("error", **{"with": sender}, text="bounced")
        elif body is not None:
            self.devices[sender.split("/")[0]] = sender
            self.receive(sender.split("/")[0], sender, body)

    def presence(self, stanza):
        sender, kind = stanza.get("from", self.stream.jid), stanza.get("type", "available")
        if kind == "available":
            self.devices[sender.split("/")[0]] = sender
        tell("presence", **{"from": sender}, type=kind)

    def receive(self, peer, sender, body):
        where = {"from": sender}
        try:
            text, _tlvs = self.account.getContext(peer).receiveMessage(body.encode())
            if text is not None:
                tell("text", **where, text=text.decode("utf-8", "replace"))
        except (context.NotOTRMessage, context.UnencryptedMessage) as clear:
            tell("received", **where, text=clear.args[0].decode("utf-8", "replace"))
        except context.ErrorReceived as error:
            tell("error", **{"with": peer}, text=error.args[0].error.decode("utf-8", "replace"))
        except Exception as error:  # whatever the other side may have made potr stumble over
            tell("error", **{"with": peer}, text=repr(error))

    def run(self):
        typed = b""
        while True:
            ready, _, _ = select.select([0, self.stream.socket], [], [])
            while self.stream.socket in ready:
                for stanza in self.stream.read():
                    self.stanza(stanza)
                if not self.stream.pending():
                    break
            if 0 in ready:
                data = os.read(0, 65536)
                if not data:
                    raise EOFError
                *lines, typed = (typed + data).split(b"\n")
                for line in lines:
                    self.command(line)


def main():
    logging.disable(logging.CRITICAL)
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    arguments.add_argument("ca_file")
    arguments.add_argument("user")
    arguments.add_argument("password")
    arguments.add_argument("--resource", default="bot")
    arguments.add_argument("--versions", default="23")
    arguments.add_argument("--fragment", type=int, default=0)
    arguments.add_argument("--stanzas", action="store_true")
    try:
        Bot(arguments.parse_args()).run()
    except EOFError:
        pass


main()
