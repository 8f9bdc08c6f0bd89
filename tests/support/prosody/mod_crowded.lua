-- SPDX-License-Identifier: GPL-3.0-or-later
-- For tests: who joins crowd5000@… finds 5000 people there, who do nothing.

local st = require "util.stanza";

module:depends "muc";

module:hook("muc-occupant-pre-join", function (event)
	local room, origin = event.room, event.origin;
	local number = tonumber(room.jid:match("^crowd(%d+)@")) or 0;
	for i = 1, number do
		origin.send(st.presence({ from = room.jid .. "/Guest " .. i, to = event.stanza.attr.from })
			:tag("x", { xmlns = "http://jabber.org/protocol/muc#user" })
			:tag("item", { affiliation = "none", role = i % 50 == 0 and "moderator" or "participant" }));
	end
end, -1000);
