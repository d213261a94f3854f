#!/bin/sh
# Appends every message to a file, one line each, and goes on where it stopped:
#
#   follow.sh room.tsv
#
# The columns are id, time, sender, recipient (empty: everyone) and text, separated by tabs; a tab or a line end in a text
# is written as \t or \n. Edits and deletions are not followed.
set -eu

file=${1:?"usage: follow.sh FILE"}
: >>"$file"
last=$(tail -n 1 "$file" | cut -f 1)

obrolan tail --json --since "${last:-0}" </dev/null |
  jq --raw-output --unbuffered 'select(.event == "message") | [.id, .sentAt, .sender, .recipient, .text] | @tsv' >>"$file"
