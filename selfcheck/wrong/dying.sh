#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the default plan on devices that die at one request or another: one test is red that is not red on the
# living device, and nothing after it.
# usage: dying.sh BUILD
set -uo pipefail

build=$1
. "$(dirname "$0")/../lib.sh"
records=$(mktemp "${TMPDIR:-/tmp}/virtproof-dying.XXXXXX")
trap 'rm -f "$records" "$records".*' EXIT

# boot words …: runs the default plan on the device; records are kept.
boot() {
	timeout -k 3 120 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial stdio \
		-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug vp.format=json vp.patience=500 $*" \
		"${device[@]}" >"$records"
}

# red: the tests that failed, one a line, with their variants.
red() {
	grep '^{"type":"test"' "$records" | grep -E '"verdict":"(fail|error)"' |
		sed 's/.*"suite":"\([^"]*\)","test":"\([^"]*\)".*"variant":"\([^"]*\)".*"reason":"\([^"]*\)".*/\1.\2 [\3] \4/' |
		sort
}

# dies NAME MOST words …: at most MOST tests are red that are not on the living device, and one death is told.
dies() {
	local name=$1 most=$2 deaths=$3 more found
	shift 3
	boot "$@"
	red | sed 's/ \[.*//' >"$records.red"
	comm -13 <(sort -u "$records.alive") <(sort -u "$records.red") >"$records.more"
	more=$(grep -c . "$records.more")
	found=$(grep -c '^{"type":"finding".*"clause":"SANE-1"' "$records")
	grep -q '^{"type":"summary"' "$records" && [ "$more" -le "$most" ] && [ "$found" -eq "$deaths" ]
	verdict $? "$name, $*: $more red beside those of the living device, $found death told"
	[ "$more" -le "$most" ] || sed 's/^/        /' "$records.more"
}

for name in rng blk; do
	device=(-device virtio-rng-pci,addr=1)
	[ $name = rng ] || device=(-blockdev null-co,node-name=null,size=16777216,read-zeroes=on
		-device virtio-blk-pci,drive=null,addr=1)
	boot vp.dying=4000000000
	red | sed 's/ \[.*//' >"$records.alive"
	for request in 1 2 10 100 1000; do
		dies $name 1 1 vp.dying=$request
	done
	dies $name 1 0 vp.dying=50 vp.revives
done

sum_up test-dying
