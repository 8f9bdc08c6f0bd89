-- SPDX-License-Identifier: GPL-3.0-or-later
-- The companion of tools/try: a contact that lives in the server, is online for everybody who logs in, and answers.

local st = require "util.stanza";
local id = require "util.id".medium;

local name = module:get_option_string("companion_name", "companion");
local bare = name .. "@" .. module.host;
local full = bare .. "/demo";

local function say(to, body)
	module:send(st.message({ from = full, to = to, type = "chat", id = id() }, body)
		:tag("active", { xmlns = "http://jabber.org/protocol/chatstates" }));
end

local function compose(to)
	module:send(st.message({ from = full, to = to, type = "chat" })
		:tag("composing", { xmlns = "http://jabber.org/protocol/chatstates" }));
end

local function answer(body)
	local words = body:lower();
	if words:find("hello", 1, true) or words:find("hallo", 1, true) or words:find("^hi%f[%W]") then
		return "Hello! Type /help to see what confab can do, /join lobby@rooms.localhost to see a room, /quit to leave.";
	elseif words:find("?", 1, true) then
		return "Good question. I am only a demo companion, but /help knows a lot.";
	end
	return "You said: " .. body;
end

local function on_message(event)
	local stanza = event.stanza;
	local body = stanza:get_child_text("body");
	if stanza.attr.type == "error" or not body then
		return true;
	end
	local to = stanza.attr.from;
	compose(to);
	module:add_timer(0.5, function () say(to, answer(body)); end);
	return true;
end

local function for_companion(handler)
	return function (event)
		local to = event.stanza.attr.to;
		if to == bare or to == full then
			return handler(event);
		end
	end;
end

module:hook("message/bare", for_companion(on_message), 100);
module:hook("message/full", for_companion(on_message), 100);

module:hook("presence/initial", function (event)
	local to = event.origin.full_jid;
	module:add_timer(0.2, function ()
		module:send(st.presence({ from = full, to = to }):text_tag("status", "here to answer"));
		say(to, "Hi, I am the companion. Write me something.");
	end);
end);
