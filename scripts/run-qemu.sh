#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Boots the image in a QEMU with four virtio devices and translates the exit status.
# usage: run-qemu.sh BUILD [vp.words …]
set -euo pipefail

build=$1
shift
scratch=$(mktemp "${TMPDIR:-/tmp}/virtproof-scratch.XXXXXX")
trap 'rm -f "$scratch"' EXIT
truncate -s 16M "$scratch"

status=0
timeout -k 3 120 qemu-system-x86_64 -M q35 -accel tcg -m 64 -smp 2 -nodefaults -display none \
	-no-reboot -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 \
	-kernel "$build/virtproof.elf" -append "vp.exit=debug vp.scratch=00:02.0 $*" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
	-device virtio-blk-pci,drive=null,addr=1 \
	-blockdev "raw,node-name=scratch,file.driver=file,file.filename=$scratch" \
	-device virtio-blk-pci,drive=scratch,addr=2 \
	-netdev user,id=net -device virtio-net-pci,netdev=net,addr=3 \
	-device virtio-rng-pci,addr=4 \
	-chardev null,id=con -device virtio-serial-pci,addr=5 -device virtconsole,chardev=con ||
	status=$?

case $status in
1) exit 0 ;;
3) echo "virtproof: some requirements are violated" ; exit 1 ;;
5) echo "virtproof: the suite could not judge" ; exit 2 ;;
7) echo "virtproof: only recommendations are violated" ; exit 0 ;;
124 | 137) echo "virtproof: QEMU did not end within 2 minutes" ; exit 3 ;;
*) echo "virtproof: QEMU ended with status $status before the verdict" ; exit 3 ;;
esac
