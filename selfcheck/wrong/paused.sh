#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the tests of rings and interrupts on a machine that is paused now and then, longer than anything is waited
# for: its clock jumps, and no test says anything else than without. The emulator is stopped for it: its monitor would
# stop the clock as well.
# usage: paused.sh BUILD
set -uo pipefail

build=$1
. "$(dirname "$0")/../lib.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-paused.XXXXXX")
trap 'rm -rf "$work"' EXIT

tests='vp.tests=interrupt.*,ring.*,transport.*'
# boot NAME PAUSES SECONDS: a run that is paused so often for so long; its lines that are red are in $work/NAME.
boot() {
	local name=$1 pauses=$2 seconds=$3 pid
	"${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial "file:$work/$name.log" \
		-kernel "$build/virtproof-selfcheck.elf" \
		-append "vp.exit=debug vp.patience=1000 $tests" \
		-device virtio-rng-pci,packed=on,addr=1 </dev/null &
	pid=$!
	for ((; pauses > 0; pauses--)); do
		sleep 0.7
		kill -STOP $pid 2>/dev/null && sleep "$seconds"
		kill -CONT $pid 2>/dev/null
	done
	wait $pid
	sed -nE 's/^(fail|warn|error) +[^ ]+ [^ ]+ +([^ ]+ \[[^]]*\]: [A-Z0-9-]+).*/\2/p' \
		"$work/$name.log" | sort >"$work/$name"
	grep -q ' passed, .* errors in ' "$work/$name.log"
}

boot long 1 20 &
long=$!
tests='vp.selftest vp.tests=selftest.computes_for_long' boot busy 1 20 &
busy=$!
boot paused 5 4 &
paused=$!
boot steady 0 0
verdict $? 'a run that is not paused ends'
wait $paused
verdict $? 'one that is paused ends, too'
more=$(comm -13 "$work/steady" "$work/paused")
[ -z "$more" ]
verdict $? "nothing more is red when the machine is paused${more:+: $more}"
wait $long
ended=$?
more=$(comm -13 "$work/steady" "$work/long")
[ $ended -eq 0 ] && [ -z "$more" ]
verdict $? "and nothing when it is paused for 20 s${more:+: $more}"
wait $busy && grep -q '^1 passed, ' "$work/busy.log"
verdict $? 'a test that only computes is not cut off for a pause'
sum_up test-paused
