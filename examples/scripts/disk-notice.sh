#!/bin/sh
# Tells the room once that a file system is almost full, and again after it was not. For cron:
#
#   */10 * * * * /usr/local/bin/disk-notice.sh /var 90
#
# Usage: disk-notice.sh [FOLDER [PERCENT]], by default / and 90. It prints nothing, so that cron mails only failures.
set -eu

folder=${1:-/}
limit=${2:-90}

state=${XDG_STATE_HOME:-$HOME/.local/state}/disk-notice
mkdir -p "$state"
told=$state/$(printf '%s' "$folder" | tr / _)

# The second line of df -P has the use in percent.
used=$(df -P "$folder" | awk 'NR == 2 { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+%$/) print $i + 0 }')

if [ "$used" -lt "$limit" ]; then
  rm -f "$told"
elif [ ! -e "$told" ]; then
  # If this fails, set -e ends the script here, and the next run tries again.
  obrolan send "$(uname -n): $folder is $used % full." </dev/null
  : >"$told"
fi
