#!/bin/sh
# A bot that builds: a message "!build TARGET" runs a command with TARGET as its last argument, and the bot answers.
#
#   build-bot.sh make
#
# It answers everyone, or the sender alone if the message was private. It skips its own messages and never begins an
# answer with "!", so that neither it nor a second bot answers an answer. A TARGET has only a-z, 0-9, _ and -, and does not
# begin with -, so that it can be neither an option nor a command of the shell.
set -u

if [ $# -eq 0 ]; then
  echo "usage: build-bot.sh COMMAND [ARGUMENT...]" >&2
  exit 2
fi

# From the events of obrolan tail: "SENDER RECIPIENT TARGET" for each order; RECIPIENT is - for everyone.
orders='
  foreach inputs as $event ({};
    if $event.event == "connected" then {me: $event.username} else {me, $event} end;
    .me as $me | .event
    | select(.event == "message" and .sender != $me)
    | (.text | capture("\\A!build (?<target>[a-z0-9_][a-z0-9_-]*)\\z").target) as $target
    | "\(.sender) \(if .recipient == "" then "-" else .recipient end) \($target)")'

# answer SENDER RECIPIENT TEXT
answer() {
  if [ "$2" = - ]; then
    obrolan send "$1: $3"
  else
    obrolan send --to "$1" --even-if-offline "$3"
  fi
}

# The parts run in the background, so that a signal ends the script at once and the script ends obrolan tail. A build that
# is under way ends by itself.
folder=$(mktemp -d) || exit 1
mkfifo "$folder/events" || exit 1
obrolan tail --json </dev/null >"$folder/events" &
tail=$!
trap 'kill "$tail" 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 143' HUP INT TERM

# Each command in the loop has its own standard input: it must not read the orders that follow.
jq --null-input --raw-output --unbuffered "$orders" <"$folder/events" |
  while read -r sender recipient target; do
    if "$@" "$target" </dev/null >&2; then
      result="$target is built."
    else
      result="$target failed with exit code $?."
    fi
    answer "$sender" "$recipient" "$result" </dev/null
  done &
wait $!
