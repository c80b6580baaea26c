#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the interrupt lab in a QEMU and checks that its figures are consistent in themselves (lab.awk), that
# one CPU is enough, and that a run knows whether it was disturbed.
# usage: lab.sh BUILD
set -uo pipefail

build=$1
here=$(dirname "$0")
. "$here/../lib.sh"
log=$(mktemp "${TMPDIR:-/tmp}/virtproof-lab.XXXXXX")
burner=
trap 'rm -f "$log"; [ -z "$burner" ] || kill "$burner"' EXIT

boot() { # boot CPUS WORDS [PREFIX…]: the records go to the log
	local cpus=$1 words=$2
	shift 2
	limited 120 "$@" "${qemu[@]}" -M q35 -accel tcg -m 64 -smp "$cpus" -serial stdio \
		-kernel "$build/virtproof.elf" \
		-append "vp.exit=debug vp.format=json vp.patience=10000 $words" \
		-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
		-device virtio-blk-pci,drive=null,addr=1 -device virtio-rng-pci,addr=2 >"$log"
	local status=$?
	[ $status -eq 1 ]
	verdict $? "QEMU ends with status $status: $words"
}

# judge OPTION…: the figures of the log, by awk
judge() {
	local sums good bad
	sums=$(awk -f "$here/records.awk" "$@" "$log")
	grep -v "^sums " <<<"$sums"
	read -r _ good bad < <(grep "^sums " <<<"$sums")
	passed=$((passed + good))
	failed=$((failed + bad))
}

disturbed() {
	grep -q '"type":"note".*disturbed: [0-9.]* % of a spinning CPU' "$log"
}

# ---- two CPUs: every figure ----
boot 2 'vp.bench=interrupt vp.samples=200'
if grep -q 'clocks of two CPUs could not be compared' "$log"; then
	skip 'the figures of two CPUs: the machine is too busy to compare their clocks'
else
	judge -v samples=200 -f "$here/lab.awk"
fi

# ---- the same under load ----
boot 3 "vp.bench=interrupt.under_load vp.device=00:01.0 vp.samples=100 vp.load=1,4,32 vp.neighbour=rng vp.rate=2000"
if grep -q "clocks of two CPUs could not be compared" "$log"; then
	skip "the figures under load: the machine is too busy to compare clocks"
else
	judge -v samples=100 -v loads="1 4 32" -v beside=rng -f "$here/load.awk"
fi
boot 3 "vp.bench=interrupt.under_load vp.device=00:01.0 vp.samples=5000 vp.load=1 vp.longest=1"
grep -q '"name":"end to end t3-t0 halted, others=1".*"count":1,' "$log"
verdict $? "latencies end at the first that is longer than is wanted"

# ---- the jitter of CPUs, for an hour that is over when the user has enough ----
"$build/virtproof" run -d rng --expect none -A "vp.bench=jitter vp.for=1h" --log "$log" >/dev/null 2>&1 &
run=$!
for ((n = 0; n < 300; n++)); do # until it has measured for two rounds
	[ "$(grep -c '"verb":"enough"' "$log")" -lt 2 ] || break
	sleep 0.2
done
kill -INT "$run"
wait "$run"
verdict $? "a run that is to end measures to the end of its round, and is fine"
grep -q '"type":"end","status":0' "$log"
verdict $? "its records are whole"
if grep -q "clocks of two CPUs could not be compared" "$log"; then
	skip "the jitter of two CPUs: the machine is too busy to compare their clocks"
else
	judge -v cpus=2 -f "$here/jitter.awk"
fi

# ---- one CPU: nobody sees the used index move, and the run says so ----
boot 1 'vp.bench=interrupt.latency vp.samples=20'
grep -q '"type":"note".*one CPU only' "$log"
verdict $? 'a run with one CPU says that t2 is missing'
grep -q '"name":"device and injection t3-t1 spinning"' "$log" && ! grep -q 't2-t0' "$log"
verdict $? 'a run with one CPU does not measure what needs two'

# ---- somebody else on the CPU is noticed ----
cpu=$(taskset -cp $$ | sed 's/.*: *//; s/[,-].*//')
taskset -c "$cpu" timeout 60 sh -c 'while :; do :; done' &
burner=$!
boot 2 'vp.bench=interrupt.controls vp.samples=1' taskset -c "$cpu"
kill "$burner"
wait "$burner" 2>/dev/null
burner=
disturbed
verdict $? 'a run that shares its CPU with another program calls itself disturbed'

# ---- and nobody is not ----
# Whether a program that spins here loses no more of its time than a run may: what takes the time of this machine from
# beneath, its statistics do not tell.
spins_freely() {
	perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC -e '
		my ($whole, $gap, $part) = (0.3, 1e-6, 0.05); # tests/bench/lab.c
		my $begin = my $last = clock_gettime(CLOCK_MONOTONIC);
		my $stolen = 0;
		while ($last - $begin < $whole) {
			my $now = clock_gettime(CLOCK_MONOTONIC);
			$stolen += $now - $last if $now - $last > $gap;
			$last = $now;
		}
		exit($stolen > $part * $whole)'
}

idle() { # whether the CPUs have nothing else to do for a moment
	{ head -1 /proc/stat; sleep 0.3; head -1 /proc/stat; } |
		awk '{ busy = $2 + $3 + $4 + $7 + $8 + $9 - busy; free = $5 - free } END { exit busy * 20 > free }' && spins_freely
}

quiet=0 # how often a run on an idle machine called itself disturbed
for ((try = 0; try < 10; try++)); do
	before=1
	idle && before=0
	boot 2 'vp.bench=interrupt.controls vp.samples=1'
	disturbed || break
	[ $before -eq 0 ] && idle && quiet=$((quiet + 1))
	[ $quiet -lt 3 ] || break
done
if [ $quiet -lt 3 ] && [ $try -eq 10 ]; then
	skip 'that a quiet run is not called disturbed: the machine is busy'
else
	[ $quiet -lt 3 ]
	verdict $? 'where the machine is idle, not every run calls itself disturbed'
fi

sum_up test-lab
