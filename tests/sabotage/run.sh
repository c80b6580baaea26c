#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Boots the image with saboteurs between it and the devices of a QEMU; each must be found out.
# usage: run.sh BUILD [GLOBS [vp.words …]]
set -uo pipefail

build=$1
globs=${2:-*}
shift $(($# < 2 ? $# : 2))
log=$(mktemp "${TMPDIR:-/tmp}/virtproof-sabotage.XXXXXX")
trap 'rm -f "$log"' EXIT

timeout -k 3 300 qemu-system-x86_64 -M q35 -accel tcg -m 64 -smp 2 -nodefaults -display none \
	-no-reboot -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 \
	-kernel "$build/virtproof.elf" -append "vp.exit=debug vp.sabotage=$globs $*" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
	-device virtio-blk-pci,drive=null,addr=1 \
	-netdev user,id=net -device virtio-net-pci,netdev=net,addr=2 \
	-device virtio-rng-pci,addr=3 \
	-chardev null,id=con -device virtio-serial-pci,addr=4 -device virtconsole,chardev=con |
	tee "$log"
status=${PIPESTATUS[0]}

passed=$(grep -c '^detected ' "$log")
failed=$(grep -c '^MISSED ' "$log")
skipped=$(grep -c '^skipped ' "$log")
# isa-debug-exit: 1 is good, 3 is failed; anything else ended before the verdict.
if ! grep -q '^sabotage: ' "$log" || { [ "$status" -ne 1 ] && [ "$failed" -eq 0 ]; }; then
	echo "test-sabotage: QEMU ended with status $status before the verdict"
	failed=$((failed + 1))
fi
echo "test-sabotage: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
