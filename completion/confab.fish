# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of confab for fish.
# Printed by mkdocs from the tables of the program: change those, then run make docs.

# What only confab knows: accounts, contacts, rooms.
function __confab_ask
    set -l words (commandline -opc)
    set -l profile
    for i in (seq (math (count $words) - 1))
        contains -- $words[$i] -c --config; and set profile --config (string replace -r '^~/' $HOME/ -- $words[(math $i + 1)])
    end
    confab $profile complete $argv[1] 2>/dev/null
end

function __confab_commands
    string join \n -- \
'/account list' \
'/account add' \
'/account set' \
'/account unset' \
'/account show' \
'/account remove' \
'/account enable' \
'/account disable' \
'/connect' \
'/disconnect' \
'/reconnect' \
'/reconnect now' \
'/tls' \
'/tls show' \
'/tls trust' \
'/tls pin' \
'/tls unpin' \
'/ping' \
'/status' \
'/priority' \
'/roster' \
'/roster list' \
'/roster online' \
'/roster add' \
'/roster remove' \
'/roster rename' \
'/roster group' \
'/roster group add' \
'/roster group remove' \
'/subscribe' \
'/unsubscribe' \
'/approve' \
'/deny' \
'/requests' \
'/who' \
'/info' \
'/msg' \
'/say' \
'/me' \
'/typing' \
'/receipts' \
'/markers' \
'/correct' \
'/edits' \
'/resend' \
'/read' \
'/reply' \
'/react' \
'/retract' \
'/room moderate' \
'/join' \
'/leave' \
'/nick' \
'/topic' \
'/occupants' \
'/pm' \
'/rooms' \
'/room info' \
'/room create' \
'/room config' \
'/room register' \
'/room unregister' \
'/form' \
'/form set' \
'/form submit' \
'/form cancel' \
'/kick' \
'/ban' \
'/unban' \
'/role' \
'/affiliation' \
'/voice' \
'/voice request' \
'/voice grant' \
'/voice revoke' \
'/room lists' \
'/room destroy' \
'/invite' \
'/invitations' \
'/decline' \
'/bookmark' \
'/bookmark list' \
'/bookmark add' \
'/bookmark remove' \
'/bookmark set' \
'/notify' \
'/ignore list' \
'/ignore' \
'/unignore' \
'/encrypt' \
'/otr start' \
'/otr refresh' \
'/otr end' \
'/otr status' \
'/otr policy' \
'/otr fingerprint' \
'/otr trust' \
'/otr untrust' \
'/otr secret' \
'/otr question' \
'/otr answer' \
'/otr abort' \
'/otr import' \
'/trust list' \
'/trust add' \
'/trust remove' \
'/history' \
'/history forget' \
'/search' \
'/lastlog' \
'/export' \
'/mam prefs' \
'/set' \
'/set here' \
'/unset' \
'/unset here' \
'/settings' \
'/after' \
'/after list' \
'/after cancel' \
'/every' \
'/if' \
'/let' \
'/print' \
'/source' \
'/wait' \
'/log' \
'/log level' \
'/log path' \
'/xml' \
'/xml on' \
'/xml off' \
'/xml filter' \
'/xml filter off' \
'/xml send' \
'/doctor' \
'/doctor report' \
'/help' \
'/alias' \
'/unalias' \
'/on' \
'/quit' \
'/version' \
        ''
end

set -l words run send listen ctl history search unread roster export import complete
complete -c confab -f
complete -c confab -n "not __fish_seen_subcommand_from $words" -a run -d 'Run slash commands from files or standard input, headless'
complete -c confab -n "not __fish_seen_subcommand_from $words" -a send -d 'Say something to somebody, and exit once the server has it'
complete -c confab -n "not __fish_seen_subcommand_from $words" -a listen -d 'Print what others say as it arrives, until interrupted'
complete -c confab -n "not __fish_seen_subcommand_from $words" -a ctl -d 'Have slash commands executed by the running confab, and print what they print'
complete -c confab -n "not __fish_seen_subcommand_from $words" -a history -d 'Print the messages with somebody, or in a room'
complete -c confab -n "not __fish_seen_subcommand_from $words" -a search -d 'Print the messages that have all of the words'
complete -c confab -n "not __fish_seen_subcommand_from $words" -a unread -d 'Print which conversations have unread messages, and how many'
complete -c confab -n "not __fish_seen_subcommand_from $words" -a roster -d 'Print the contacts, as the server told last'
complete -c confab -n "not __fish_seen_subcommand_from $words" -a export -d 'Print all messages, for import or for reading'
complete -c confab -n "not __fish_seen_subcommand_from $words" -a import -d 'Read histories of jsonl (from export), profanity, mcabber or poezio'
complete -c confab -n "not __fish_seen_subcommand_from $words" -a complete -d 'Print accounts, contacts or rooms, a line each, for the completion of a shell'
complete -c confab -n '__fish_seen_subcommand_from run' -F
complete -c confab -n '__fish_seen_subcommand_from send' -a '(__confab_ask contacts)'
complete -c confab -n '__fish_seen_subcommand_from ctl' -a '(__confab_commands)'
complete -c confab -n '__fish_seen_subcommand_from history' -a '(__confab_ask contacts)'
complete -c confab -n '__fish_seen_subcommand_from import' -a "jsonl profanity mcabber poezio"
complete -c confab -n '__fish_seen_subcommand_from import' -F
complete -c confab -n '__fish_seen_subcommand_from complete' -a "accounts contacts rooms"
complete -c confab -s a -l account -x -a '(__confab_ask accounts)' -d 'Use this account only (repeatable)'
complete -c confab -s c -l config -x -a '(__fish_complete_directories (commandline -ct))' -d 'A private profile: configuration, data and socket live under DIR'
complete -c confab -s e -l execute -x -a '(__confab_commands)' -d 'Run a slash command after start-up (repeatable)'
complete -c confab -l no-autoconnect -d 'Connect no account by itself'
complete -c confab -l json -d 'Print events and results as JSON, one object a line'
complete -c confab -n '__fish_seen_subcommand_from run' -l dry-run -d 'Only say what is wrong with the scripts: nothing is executed'
complete -c confab -n '__fish_seen_subcommand_from run' -l stay -d 'Stay when the script has ended, until /quit or a signal; without FILE standard input is not read'
complete -c confab -n '__fish_seen_subcommand_from send' -l body -x -d 'What to say; else it is read from standard input'
complete -c confab -n '__fish_seen_subcommand_from send' -l body-file -r -F -d 'What to say is in FILE'
complete -c confab -n '__fish_seen_subcommand_from send' -l wait -x -a "sent received" -d 'Exit once the server has it (the default), or the recipient'
complete -c confab -n '__fish_seen_subcommand_from send' -l encrypt -x -a "otr none" -d 'Encrypt it; when that is not possible nothing is sent and the exit code is 79'
complete -c confab -n '__fish_seen_subcommand_from send listen' -l timeout -x -d 'Give up after S seconds (send: 60)'
complete -c confab -n '__fish_seen_subcommand_from listen' -l count -x -d 'Exit after N events'
complete -c confab -n '__fish_seen_subcommand_from listen' -l room -x -a '(__confab_ask rooms)' -d 'Join ROOM, and print only what happens there'
complete -c confab -n '__fish_seen_subcommand_from listen' -l event -x -a " connection correction delivery encryption error invitation message notice presence reaction retraction room smp subscription trust typing unread xml" -d 'Print these events instead (repeatable): presence, room, delivery … (confab-rpc(7))'
complete -c confab -n '__fish_seen_subcommand_from history search export' -l limit -x -d 'Print the newest N messages only'
complete -c confab -n '__fish_seen_subcommand_from history search export' -l after -x -a "today yesterday" -d 'Only messages since DATE: 2026-11-22, yesterday, "3 days", 2026-11-22T10:00:00Z'
complete -c confab -n '__fish_seen_subcommand_from history search export' -l before -x -a "today yesterday" -d 'Only messages before DATE'
complete -c confab -n '__fish_seen_subcommand_from search export import' -l with -x -a '(__confab_ask contacts)' -d 'Only the conversation with JID; for import: whom a file is with, when its name does not say it'
complete -c confab -n '__fish_seen_subcommand_from listen history search export' -l from -x -a '(__confab_ask contacts)' -d 'Only messages of this sender'
complete -c confab -n '__fish_seen_subcommand_from export' -l format -x -a "jsonl text" -d 'How to print: JSON for import, or text'
complete -c confab -n '__fish_seen_subcommand_from import' -l nick -x -d 'What you are called in logs that have no addresses (repeatable)'
complete -c confab -l password-fd -x -d 'Read the password from this open file descriptor'
complete -c confab -s v -l verbose -d 'Write more into the log'
complete -c confab -l log-file -r -F -d 'Write the log to FILE'
complete -c confab -l version -d 'Print the version and exit'
complete -c confab -s h -l help -d 'Print the options and exit'
