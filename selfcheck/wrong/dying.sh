#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the default plan on devices that die at one request or another: one test is red that is not red on the
# living device, and nothing after it.
# usage: dying.sh BUILD [TYPE of device]
set -uo pipefail

build=$1
. "$(dirname "$0")/../lib.sh"
if [ -z "${2:-}" ]; then
	side_by_side test-dying "$build" rng blk
	exit
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-dying.XXXXXX")
trap 'rm -rf "$work"' EXIT

# boot FILE words …: runs the default plan on the device; its records are there then.
boot() {
	local records=$1
	shift
	limited 120 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial stdio \
		-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug vp.format=json vp.patience=500 $*" \
		"${device[@]}" >"$records"
}

# red: the tests that failed, one a line, with their variants.
red() {
	grep '^{"type":"test"' "$records" | grep -E '"verdict":"(fail|error)"' |
		sed 's/.*"suite":"\([^"]*\)","test":"\([^"]*\)".*"variant":"\([^"]*\)".*"reason":"\([^"]*\)".*/\1.\2 [\3] \4/' |
		sort
}

# dies RECORDS NAME MOST DEATHS words …: at most MOST tests are red that are not on the living device, and so many deaths
# are told; the one that killed it says no more than that nothing is served.
dies() {
	local records=$1 name=$2 most=$3 deaths=$4 more found misnamed=0
	shift 4
	red | grep -vFf "$alive" >"$records.more"
	more=$(grep -c . "$records.more")
	[ "$deaths" -eq 0 ] || misnamed=$(grep -cv '\] SANE-1: ' "$records.more")
	found=$(grep -c '^{"type":"finding".*"clause":"SANE-1"' "$records")
	grep -q '^{"type":"summary"' "$records" && [ "$more" -le "$most" ] &&
		[ "$found" -eq "$deaths" ] && [ "$misnamed" -eq 0 ]
	verdict $? "$name, $*: $more red beside those of the living device, $found death told"
	[ "$more" -le "$most" ] && [ "$misnamed" -eq 0 ] || sed 's/^/        /' "$records.more"
}

name=$2
device=(-device virtio-rng-pci,addr=1)
[ "$name" = rng ] || device=(-blockdev null-co,node-name=null,size=16777216,read-zeroes=on
	-device virtio-blk-pci,drive=null,addr=1)
requests='1 2 10 100 333 1000 2600'
for request in 4000000000 $requests; do
	beside boot "$work/$request" vp.dying=$request
done
beside boot "$work/revives" vp.dying=50 vp.revives
wait
alive=$work/alive
records=$work/4000000000
red | sed 's/ \[.*/ [/' | sort -u >"$alive"
[ -s "$alive" ] || echo - >"$alive"
for request in $requests; do
	dies "$work/$request" "$name" 1 1 vp.dying=$request
done
dies "$work/revives" "$name" 1 0 vp.dying=50 vp.revives

sum_up "test-dying of $name"
