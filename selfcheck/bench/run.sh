#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the throughput benchmarks briefly on a QEMU with every kind of device that they know, and judges
# the records: see check.pl.
# usage: run.sh BUILD
set -uo pipefail

build=$1
here=$(dirname "$0")
. "$here/../lib.sh"
log=$(mktemp "${TMPDIR:-/tmp}/virtproof-bench.XXXXXX")
trap 'rm -f "$log"' EXIT

boot() { # WORDS DEVICES…: appends the records to the log
	local words=$1 status
	shift
	limited 60 "${qemu[@]}" -M q35 -accel tcg -m 128 -smp 2 -serial stdio \
		-kernel "$build/virtproof.elf" -append "vp.exit=debug vp.format=json $words" "$@" \
		>>"$log" 2>/dev/null
	status=$?
	[ $status -eq 1 ]
	verdict $? "QEMU ends with status $status: $words"
}

boot "vp.bench=throughput.requests vp.ring=split,packed vp.depth=1,8 vp.batch=1,8 vp.ms=10 vp.completion=both vp.queues=1,2" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
	-device virtio-blk-pci,drive=null,num-queues=2,packed=on \
	-device virtio-net-pci,packed=on \
	-object rng-builtin,id=rng -device virtio-rng-pci,rng=rng,packed=on \
	-chardev file,id=sink,path=/dev/null \
	-device virtio-serial-pci,packed=on -device virtconsole,chardev=sink \
	-blockdev null-co,node-name=disk,size=16777216,read-zeroes=on \
	-device virtio-scsi-pci,id=scsi,packed=on -device scsi-hd,drive=disk,bus=scsi.0
boot "vp.bench=throughput.forward,throughput.round_trip vp.ring=split,packed vp.depth=1,32 vp.ms=50 vp.device=00:01.0" \
	-netdev hubport,id=near,hubid=0 -netdev hubport,id=far,hubid=0 \
	-device virtio-net-pci,netdev=near,packed=on -device virtio-net-pci,netdev=far,packed=on
# Kicks at a pace of their own.
boot "vp.bench=throughput.requests vp.ring=split,packed vp.depth=1,8 vp.ms=10 vp.pace=both" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
	-device virtio-blk-pci,drive=null,packed=on \
	-object rng-builtin,id=rng -device virtio-rng-pci,rng=rng
# Payloads that share memory, chains that need tables, writes, a rate of its own.
boot "vp.bench=throughput.requests vp.depth=256 vp.batch=32 vp.size=131072 vp.ms=10 vp.rw=write vp.scratch=all" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on -device virtio-blk-pci,drive=null
boot "vp.bench=throughput.requests vp.depth=8 vp.ms=30 vp.rate=1000 vp.pattern=sequential vp.pace=both" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on -device virtio-blk-pci,drive=null

sum=$(perl "$here/check.pl" <"$log")
echo "$sum" | sed '$d'
read -r p f < <(tail -1 <<<"$sum")
passed=$((passed + p))
failed=$((failed + f))
sum_up test-bench
