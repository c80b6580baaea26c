#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# vp.trace goes on while saboteurs come and go, and says what the driver wrote and was given to read,
# whatever they made of it.
# usage: saboteurs.sh BUILD
set -uo pipefail

build=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-trace.XXXXXX")
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/../lib.sh"

limited 60 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 1 -serial "file:$work/console" \
	-kernel "$build/virtproof-selfcheck.elf" \
	-append "vp.exit=debug vp.trace vp.sabotage=queue_larger_than_32768,deaf" \
	-device virtio-rng-pci 2>"$work/errors"
[ $? -eq 1 ]
verdict $? 'both saboteurs are found out'

lines() { # lines PATTERN WHAT: at least one line of the trace before each saboteur's verdict
	local counts
	counts=$(awk -v pattern="$1" '
		/^trace: / && $0 ~ pattern { count++ }
		/^(detected|MISSED) / { print $2, count + 0; count = 0 }' "$work/console")
	[ "$(wc -l <<<"$counts")" -eq 2 ] && ! grep -q ' 0$' <<<"$counts"
	verdict $? "$2: $(paste -sd, <<<"$counts")"
}

lines 'write device_status' 'writes to registers'
lines 'write msix\[' 'writes to the MSI-X table'
lines 'write msix control' 'writes to Message Control'
grep -q '^trace: .* read queue_size\[2\] 0xc000$' "$work/console"
verdict $? 'what a saboteur makes of a register reads so'
grep -q '^trace: .* write notify' "$work/console"
verdict $? 'a kick that a saboteur swallows was written'

sum_up test-trace-saboteurs
