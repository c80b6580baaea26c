#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A disk that the user did not call scratch is not written: complete runs, and the images before and after.
# usage: readonly.sh BUILD
set -uo pipefail

build=$1
folder=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-safety.XXXXXX")
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

disks="blk scsi other unit fixed cd"

# Boots the image with disks of random data and the given words.
boot() {
	local disk
	for disk in $disks; do
		head -c 4M /dev/urandom >"$folder/$disk.raw"
		cp "$folder/$disk.raw" "$folder/$disk.before"
	done
	timeout -k 3 120 qemu-system-x86_64 -M q35 -accel tcg -m 64 -smp 2 -nodefaults -display none \
		-no-reboot -serial file:"$folder/log" -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-kernel "$build/virtproof.elf" -append "vp.exit=debug vp.format=json $*" \
		-blockdev "raw,node-name=blk,file.driver=file,file.filename=$folder/blk.raw,discard=unmap" \
		-device virtio-blk-pci,drive=blk,addr=1,num-queues=2 \
		-blockdev "raw,node-name=other,file.driver=file,file.filename=$folder/other.raw,discard=unmap" \
		-device virtio-blk-pci,drive=other,addr=2 \
		-device virtio-scsi-pci,id=bus,addr=3 \
		-blockdev "raw,node-name=scsi,file.driver=file,file.filename=$folder/scsi.raw,discard=unmap" \
		-device scsi-hd,drive=scsi,bus=bus.0,scsi-id=0,lun=0 \
		-blockdev "raw,node-name=unit,file.driver=file,file.filename=$folder/unit.raw" \
		-device scsi-hd,drive=unit,bus=bus.0,scsi-id=0,lun=1 \
		-blockdev "raw,node-name=cd,read-only=on,file.driver=file,file.filename=$folder/cd.raw" \
		-device scsi-cd,drive=cd,bus=bus.0,scsi-id=1 \
		-blockdev "raw,node-name=fixed,read-only=on,file.driver=file,file.filename=$folder/fixed.raw" \
		-device virtio-blk-pci,drive=fixed,addr=4
	grep -q '"type":"summary"' "$folder/log"
}

# says what must hold, and whether it does
note() {
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $1"
	fi
}

untouched() {
	cmp -s "$folder/$1.raw" "$folder/$1.before"
}

boot
note "a run without scratch disks comes to its summary" $?
for disk in $disks; do
	untouched $disk
	note "without scratch disks, $disk is as it was" $?
done

boot vp.scratch=00:02.0 "vp.tests=blk,scsi"
note "a run with one scratch disk comes to its summary" $?
for disk in blk scsi unit fixed cd; do
	untouched $disk
	note "with another disk as scratch, $disk is as it was" $?
done
! untouched other
note "the scratch disk was written: this test sees a write when there is one" $?

boot vp.scratch=all "vp.tests=blk,scsi"
note "a run with all disks as scratch comes to its summary" $?
for disk in fixed cd; do
	untouched $disk
	note "with all disks as scratch, the read-only $disk is as it was" $?
done
for disk in blk scsi other unit; do
	! untouched $disk
	note "with all disks as scratch, $disk was written" $?
done

echo "safety: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
