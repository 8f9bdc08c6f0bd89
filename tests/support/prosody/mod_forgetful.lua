-- SPDX-License-Identifier: GPL-3.0-or-later
-- For tests: a room forgets who is in it without a word, as one does that was on the other side of a broken link. A
-- message to the room with <forget xmlns="urn:x-confab:test"/> does it.

local get_room = module:depends "muc".get_room_from_jid;

module:hook("message/bare", function (event)
	local stanza = event.stanza;
	local room = stanza:get_child("forget", "urn:x-confab:test") and get_room(stanza.attr.to);
	if not room then return; end
	room._occupants = {};
	room._jid_nick = {};
	return true;
end, 1000);
