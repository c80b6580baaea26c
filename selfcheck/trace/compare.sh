#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What vp.trace says of a virtio-blk device against what QEMU's own trace says of it: the same accesses,
# with the same values, in the same order.
# usage: compare.sh BUILD
set -uo pipefail

here=$(dirname "$0")
build=$1
tests=transport.device_works_after_reset,transport.configuration_reads_before_features_ok
tests+=,transport.isr_tells_of_a_used_buffer_once
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-trace.XXXXXX")
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/../lib.sh"

# One CPU and no ioeventfd: every access goes through one thread, which traces it. qboot touches no
# device, and the console is the debug port, whose writes are the fewest.
limited 60 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 1 -bios qboot.rom -serial "file:$work/console" \
	-kernel "$build/virtproof.elf" \
	-append "vp.exit=debug vp.trace vp.tests=$tests" \
	-blockdev null-co,node-name=disk,size=16777216,read-zeroes=on \
	-device virtio-blk-pci,drive=disk,ioeventfd=off \
	-trace 'memory_region_ops_*' -trace 'msix_*' -trace virtio_set_status -D "$work/trace"
[ $? -eq 1 ]
verdict $? 'the image ends with a good verdict'

awk -f "$here/hexadecimal.awk" -f "$here/image.awk" "$work/console" >"$work/ours"
awk -f "$here/hexadecimal.awk" -f "$here/qemu.awk" "$work/trace" >"$work/theirs"

compare() { # compare PATTERN WHAT
	grep -E "$1" "$work/ours" >"$work/ours.part"
	grep -E "$1" "$work/theirs" >"$work/theirs.part"
	[ -s "$work/ours.part" ] && cmp -s "$work/ours.part" "$work/theirs.part"
	verdict $? "$2: $(wc -l <"$work/ours.part") in the image, $(wc -l <"$work/theirs.part") in QEMU"
	diff "$work/ours.part" "$work/theirs.part" | head -20
}

compare '^common .* write ' 'writes to the common configuration'
compare '^common .* read ' 'reads of the common configuration'
compare '^notify ' 'notifications'
compare '^(isr|device) ' 'reads of ISR and device configuration'
compare '^msix-table ' 'MSI-X table writes'
compare '^msix-control ' 'MSI-X control writes'
compare . 'all of them in one order'

# QEMU sets status 0 more than once in a reset.
awk '/^common device_status 1 write / {print $5}' "$work/ours" | uniq >"$work/ours.status"
awk '/^virtio_set_status / {printf "0x%x\n", $5}' "$work/trace" | uniq >"$work/theirs.status"
[ -s "$work/ours.status" ] && cmp -s "$work/ours.status" "$work/theirs.status"
verdict $? "the steps of device_status: $(wc -l <"$work/ours.status") in the image"
diff "$work/ours.status" "$work/theirs.status" | head -20

sum_up test-trace
