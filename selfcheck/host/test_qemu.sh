#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The real image on the real QEMU: what only that shows.
. "$(dirname "$0")/common.sh"

if ! command -v qemu-system-x86_64 >/dev/null || [ ! -e "$build/virtproof.elf" ]; then
	echo "skip the program with QEMU: it is not installed, or there is no image"
	exit 0
fi

# A QEMU that is killed from outside: the run goes on, each test of the plan is judged once.
mkdir "$folder/tmp"
TMPDIR="$folder/tmp" "$build/virtproof" run -d rng -t 'transport.*' --log "$folder/log" \
	>"$folder/out" 2>&1 &
pid=$!
until [ "$(cat "$folder/log" 2>/dev/null | grep -c '"type":"test"')" -ge 5 ] || ! kill -0 $pid 2>/dev/null; do
	sleep 0.01
done
kill -KILL "$(pgrep -P $pid qemu)"
status=0
wait $pid || status=$?
planned=$(sed -n 's/.*"type":"plan","tests":\([0-9]*\).*/\1/p' "$folder/log" | head -1)
judged=$(grep -c '"type":"test"' "$folder/log")
twice=$(grep '"type":"start"' "$folder/log" | sed 's/.*"n":\([0-9]*\).*/\1/' | sort | uniq -d)
expect "a killed QEMU is told" says "vmm-died"
expect "a killed QEMU ends with 3" status_is 3
expect "behind it each test is judged" [ "$judged" = "$planned" ]
expect "behind it no test is judged twice" [ -z "$twice" ]
expect "a run leaves no file" [ -z "$(ls "$folder/tmp")" ]

status=0
virtproof run -A vp.nonsense >"$folder/out" 2>&1 || status=$?
expect "a word that the image does not know ends with 2" status_is 2
expect "a word that the image does not know is quoted" says "nonsense"
status=0
virtproof run -- -device no-such-device >"$folder/out" 2>&1 || status=$?
expect "an option that QEMU does not know ends with 2" status_is 2
expect "an option that QEMU does not know is quoted" says "no-such-device"

# What the program adds to QEMU's own time: the best of some runs each, alternating. Where somebody else keeps
# the machine busy it takes more of them until both had their quiet moment.
four=(-d blk -d net -d rng -d console -t 'transport.*' -A vp.host=off)
command=$(virtproof run "${four[@]}" --print | sed 's|-qmp unix:[^ ]*,server=on,wait=off||')
microseconds() {
	local before=${EPOCHREALTIME/./}
	"$@" >/dev/null 2>&1 </dev/null
	echo $((${EPOCHREALTIME/./} - before))
}
least() {
	sort -n "$1" | head -1
}
for round in $(seq 15); do
	microseconds sh -c "$command" >>"$folder/bare"
	microseconds virtproof run "${four[@]}" >>"$folder/with"
	added=$(($(least "$folder/with") - $(least "$folder/bare")))
	[ "$round" -lt 3 ] || [ "$added" -ge 300000 ] || break
done
echo "$(least "$folder/bare") us bare, $added us added" >"$folder/out"
expect "the program adds less than 0.3 s to four devices" [ "$added" -lt 300000 ]
