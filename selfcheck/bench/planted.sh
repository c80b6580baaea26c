#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# How often 'virtproof compare --run' finds what is planted in a QEMU, and how often it finds what is not there: the same against
# itself, and notifications that take longer (vp.slow), so that end to end takes ten times, twice, 1.3 times as long, and
# that there are 30 % fewer requests. Means something on an idle machine; each comparison takes up to three minutes.
# usage: planted.sh BUILD [COMPARISONS [OPTION…]]: options are of compare, such as --anyway
set -uo pipefail

build=$1
count=${2:-20}
shift $(($# < 2 ? $# : 2))
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-planted.XXXXXX")
trap 'rm -rf "$work"' EXIT
side="qemu --image $build/virtproof-selfcheck.elf -A"
lab="vp.tests=interrupt.latency vp.samples=600"
load="vp.tests=throughput.requests vp.depth=1 vp.batch=1 vp.ms=200"

# base PATTERN PART WORDS: the figure of a run on which nothing is planted.
base() {
	"$build/virtproof" run -q -d blk --image "$build/virtproof-selfcheck.elf" -A "vp.slow=1 $3" --expect none --log "$work/base" >/dev/null
	awk -v pattern="$1" -v part="\"$2\":" '$0 ~ pattern && match($0, part "[0-9.]+") { print substr($0, RSTART + length(part), RLENGTH - length(part)) }' "$work/base" | sort -n | tail -1
}

# try NAME WORDS DELAY…: so many comparisons, B's notifications taking so many nanoseconds longer.
try() {
	local name=$1 words=$2 delay=$3 n status found=0 unclear=0 begin
	for ((n = 1; n <= count; n++)); do
		begin=$(date +%s)
		"$build/virtproof" compare --run "${options[@]}" "$side 'vp.slow=1 $words'" "$side 'vp.slow=$delay $words'" -- -d blk >"$work/out" 2>&1
		status=$?
		[ $status -ne 1 ] || found=$((found + 1))
		[ $status -ne 2 ] || unclear=$((unclear + 1))
		echo "$name, $n: status $status in $(($(date +%s) - begin)) s: $(grep '^figures: ' "$work/out" | cut -c10-200)"
	done
	echo "== $name: worse in $found of $count, nothing to be told in $unclear"
}

options=("$@")
whole=$(base '"end to end t3-t0 halted"' p50 "$lab")
rate=$(base '"blk.read.random.requests ' value "$load")
echo "end to end takes $whole ns, and there are $rate requests a second"
try "the same" "$lab" 1
try "ten times" "$lab" $((whole * 9))
try "twice" "$lab" "$whole"
try "1.3 times" "$lab" $((whole * 3 / 10))
try "30 % fewer requests" "$load" "$(awk -v rate="$rate" 'BEGIN { printf "%d", 1e9 / rate * 0.3 / 0.7 }')"
