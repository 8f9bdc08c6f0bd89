-- SPDX-License-Identifier: GPL-3.0-or-later
-- For tests: what the modules sasl2, sasl2_bind2 and sasl2_fast need of Prosody 13, on Prosody 0.12.

local sasl = require "util.sasl";
local st = require "util.stanza";
local datetime = require "util.datetime";

function st.stanza_mt:get_child_attr(name, xmlns, attribute)
	local child = self:get_child(name, xmlns);
	return child and child.attr[attribute];
end

-- Connections of 13 answer questions about TLS themselves; those of 0.12 leave them to the socket inside.
local questions = {
	ssl_info = "info";
	ssl_peerfinished = "getpeerfinished";
	ssl_peercertificate = "getpeercertificate";
	ssl_exportkeyingmaterial = "exportkeyingmaterial";
};

local function teach_connection(conn)
	local methods = getmetatable(conn).__index;
	if type(methods) ~= "table" or methods.ssl_info then return; end
	for name, inner in pairs(questions) do
		methods[name] = function (self, ...)
			local socket = self:socket();
			return socket and socket[inner] and socket[inner](socket, ...) or nil;
		end
	end
end

-- The features behind <success/> are made without their stream.
module:hook("stream-features", function (event)
	event.stream = event.stream or {};
	if event.origin.conn then teach_connection(event.origin.conn); end
end, 1000);

-- SCRAM-*-PLUS is registered for tls-unique alone, which TLS 1.3 does not have.
require "util.sasl.scram".init(function (name, backends, mechanism, bindings)
	if bindings then
		sasl.registerMechanism(name, backends, mechanism, { "tls-unique", "tls-exporter" });
	end
end);

local function exporter(handler)
	return handler.userdata["tls-exporter"]:ssl_exportkeyingmaterial("EXPORTER-Channel-Binding", 32, "");
end

-- mod_saslauth puts a handler of its own in the place of mod_sasl2's: it gets the binding, and says so.
module:hook("stream-features", function (event)
	local session = event.origin;
	local handler = session.sasl_handler;
	if session.type ~= "c2s_unauthed" or not session.encrypted or not handler or not handler.add_cb_handler then
		return;
	end
	handler:add_cb_handler("tls-exporter", exporter);
	handler.userdata = handler.userdata or {};
	handler.userdata["tls-exporter"] = session.conn;
	local offered = event.features:get_child("mechanisms", "urn:ietf:params:xml:ns:xmpp-sasl");
	for name in pairs(offered and handler:mechanisms() or {}) do
		if name:match("%-PLUS$") then offered:text_tag("mechanism", name); end
	end
end, -1);

-- Expiry dates come with fractions of seconds.
if not datetime.takes_fractions then
	local format = datetime.datetime;
	datetime.takes_fractions = true;
	function datetime.datetime(time)
		return format(time and math.floor(time));
	end
end
