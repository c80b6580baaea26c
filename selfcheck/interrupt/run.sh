#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The suite of interrupts over all variants on QEMU (TCG), races with the device over many rounds, and a part of the suite
# through KVM with each kind of interrupt controller. What QEMU is known to break is expected (known/expect), anything else fails.
# usage: run.sh BUILD
set -uo pipefail

build=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-interrupt.XXXXXX")
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/../lib.sh"

# What masks, rewrites, unmaps and raises: where KVM differs from TCG. Few: ring 0 may be emulated.
reduced='interrupt.each_completion*,interrupt.masked_vector*,interrupt.function_mask_h*'
reduced+=',interrupt.data_changed*,interrupt.destination*,interrupt.pin_is*,interrupt.unmapped_queue*'

all_variants() { # all_variants WHAT PROPERTIES
	limited 120 "$build/virtproof" run -d "blk$2" -d "net$2" -d "rng$2" -d "console$2" \
		--tests='interrupt.*' --append=vp.variant=all >"$work/tcg" 2>&1
	local status=$?
	verdict $status "TCG, $1: all variants: $(awk '/^all / { print $2 " passed, " $3 " failed, " $4 " warned, " $5 " skipped" }' "$work/tcg"), $(tail -1 "$work/tcg")"
	[ $status -eq 0 ] || grep -A2 -E '^(fail|warn|error|unexpected)' "$work/tcg"
}

races='ring.buffer_exposed*,ring.no_buffer*,ring.used_buffer_is*,ring.buffers_are*'
races+=',interrupt.arming*,interrupt.changes*,interrupt.masking_under*,interrupt.all_devices*'

thorough() {
	limited 200 "$build/virtproof" run -d blk,packed=on -d blk-iothread -d net,packed=on --tests="$races" \
		--append=vp.thorough >"$work/thorough" 2>&1
	verdict $? "TCG, races over many rounds: $(awk '/^all / { print $2 " passed, " $3 " failed" }' "$work/thorough"), $(tail -1 "$work/thorough")"
	grep -A2 -E '^(fail|warn|error|unexpected)' "$work/thorough"
}

through_kvm() { # through_kvm CHIP CPUS
	limited 120 "${qemu[@]}" -M q35 -accel "kvm,kernel-irqchip=$1" -m 64 -smp "$2" \
		-bios qboot.rom -serial "file:$work/$1" -kernel "$build/virtproof.elf" \
		-append "vp.exit=debug vp.patience=10000 vp.timeout=60000 vp.tests=$reduced" \
		-blockdev null-co,node-name=disk,size=16777216,read-zeroes=on \
		-device virtio-blk-pci,drive=disk 2>"$work/$1.errors"
}

if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	through_kvm on 2 &
	on=$!
	through_kvm split 2 &
	split=$!
	# Without an interrupt controller in the kernel a second CPU may hang where ring 0 is emulated.
	through_kvm off 1 &
	off=$!
fi
all_variants 'split rings' ''
all_variants 'packed rings, too' ,packed=on
thorough
if [ -n "${on:-}" ]; then
	for chip in on split off; do
		wait "${!chip}"
		status=$?
		[ $status -eq 1 ] # isa-debug-exit: 1 is good
		verdict $? "KVM, kernel-irqchip=$chip: $(tail -1 "$work/$chip" | tr -d '\r')"
		[ $status -eq 1 ] || grep -A3 -E '^(fail|warn|error)|Suberror|Assert' "$work/$chip" "$work/$chip.errors"
	done
else
	skip 'the runs through KVM: no access to /dev/kvm' 3
fi

sum_up test-interrupt
