#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A disk that the user did not call scratch is not written: complete runs, and the images before and after.
# usage: readonly.sh BUILD
set -uo pipefail

build=$1
. "$(dirname "$0")/../lib.sh"
folder=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-safety.XXXXXX")
trap 'rm -rf "$folder"' EXIT

disks="blk scsi other unit fixed cd"

# Boots the image with disks of random data and the given words.
boot() {
	local disk
	for disk in $disks; do
		head -c 4M /dev/urandom >"$folder/$disk.raw"
		cp "$folder/$disk.raw" "$folder/$disk.before"
	done
	limited 120 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial file:"$folder/log" \
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

untouched() {
	cmp -s "$folder/$1.raw" "$folder/$1.before"
}

boot
verdict $? "a run without scratch disks comes to its summary"
for disk in $disks; do
	untouched $disk
	verdict $? "without scratch disks, $disk is as it was"
done

boot vp.scratch=00:02.0 "vp.tests=blk,scsi"
verdict $? "a run with one scratch disk comes to its summary"
for disk in blk scsi unit fixed cd; do
	untouched $disk
	verdict $? "with another disk as scratch, $disk is as it was"
done
! untouched other
verdict $? "the scratch disk was written: this test sees a write when there is one"

boot vp.scratch=all "vp.tests=blk,scsi"
verdict $? "a run with all disks as scratch comes to its summary"
for disk in fixed cd; do
	untouched $disk
	verdict $? "with all disks as scratch, the read-only $disk is as it was"
done
for disk in blk scsi other unit; do
	! untouched $disk
	verdict $? "with all disks as scratch, $disk was written"
done

sum_up test-safety
