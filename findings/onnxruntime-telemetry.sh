#!/usr/bin/env bash
# onnxruntime 1.32.0 (wheel for Linux): its Python switch against telemetry comes too late for what it leaves on the disk.
#
# Guess: a program that calls onnxruntime.disable_telemetry_events() right after `import onnxruntime`, before any session
#   is made, leaves no trace of telemetry.
# Case: the import itself writes a lasting device id and a store of events below the home folder's caches; a process
#   that lives on looks its maker's host up seconds later, as the event of its start is already waiting. Only the variable
#   ORT_DISABLE_TELEMETRY=1, set before the import (from Python's os.environ too), keeps both away.
# Not seen where a variable such as CI tells it of a test run: the surroundings are emptied here for this reason.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check onnxruntime==1.32.0 numpy==2.4.6

left_by() { # what a program leaves in an empty home folder
  mkdir "$work/home"
  env -i HOME="$work/home" "$work/venv/bin/python" -c "$1"
  (cd "$work/home" && find . -type f | sort)
  rm -r "$work/home"
}

with_switch=$(left_by "
import onnxruntime
onnxruntime.disable_telemetry_events()")
with_variable=$(left_by "
import os
os.environ['ORT_DISABLE_TELEMETRY'] = '1'
import onnxruntime
onnxruntime.disable_telemetry_events()")

echo "left with disable_telemetry_events() alone:"
echo "${with_switch:-nothing}"
echo "left with ORT_DISABLE_TELEMETRY=1 before the import:"
echo "${with_variable:-nothing}"
[[ $with_switch == *deviceid* && $with_switch == *onnxruntime.db* && -z $with_variable ]] || {
  echo "It has changed."
  exit 1
}
