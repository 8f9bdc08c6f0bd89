-- SPDX-License-Identifier: GPL-3.0-or-later
-- For tests: everybody on a user's roster is online on a phone as soon as the user is.

local st = require "util.stanza";
local load_roster = require "core.rostermanager".load_roster;

module:hook("presence/initial", function (event)
	local session = event.origin;
	for contact in pairs(load_roster(session.username, session.host)) do
		if contact then
			module:send(st.presence({ from = contact .. "/phone", to = session.full_jid }));
		end
	end
end, -100);
