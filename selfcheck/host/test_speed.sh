#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the program adds to a run on the real QEMU. To be run alone.
. "$(dirname "$0")/common.sh"

if ! command -v qemu-system-x86_64 >/dev/null || [ ! -e "$build/virtproof.elf" ]; then
	echo "skip what the program adds to QEMU: it is not installed, or there is no image"
	exit 0
fi

# The best of some runs each, alternating. Where somebody else keeps the machine busy it takes more of them until both had
# their quiet moment.
four=(-d blk -d net -d rng -d console -t 'transport.*' -A vp.host=off)
command=$(virtproof run "${four[@]}" --print)
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
expect_timely "the program adds less than 0.3 s to four devices" [ "$added" -lt 300000 ]
