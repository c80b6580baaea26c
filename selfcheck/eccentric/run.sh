#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Boots the image with eccentrics between it and the devices of a QEMU; none may be accused.
# usage: run.sh BUILD [GLOBS [vp.words …]]
set -uo pipefail
. "$(dirname "$0")/../lib.sh"

build=$1
globs=${2:-*}
shift $(($# < 2 ? $# : 2))
log=$(mktemp "${TMPDIR:-/tmp}/virtproof-eccentric.XXXXXX")
wires=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-wires.XXXXXX")
trap 'rm -rf "$log" "$wires"' EXIT

timeout -k 3 "${LIMIT:-590}" "${qemu[@]}" -M q35 -accel tcg -m 96 -smp 2 -serial stdio \
	-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug vp.eccentric=$globs vp.scratch=00:01.0,00:05.0 $*" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
	-device virtio-blk-pci,drive=null,serial=virtproof,packed=on,queue-size=256,addr=1 \
	-netdev hubport,id=hub1,hubid=0 -netdev hubport,id=hub2,hubid=0 \
	-device virtio-net-pci,netdev=hub1,packed=on,host_mtu=1500,speed=1000,duplex=full,addr=2 \
	-device virtio-net-pci,netdev=hub2,addr=0xb \
	-device virtio-rng-pci,packed=on,addr=3 \
	-chardev "socket,id=near,path=$wires/0,server=on,wait=off" -chardev "socket,id=far,path=$wires/0" \
	-device virtio-serial-pci,id=con,addr=4 -device virtconsole,chardev=near,bus=con.0 \
	-device virtio-serial-pci,id=end,addr=0xc -device virtconsole,chardev=far,bus=end.0 \
	-blockdev null-co,node-name=disk,size=16777216,read-zeroes=on \
	-device virtio-scsi-pci,id=scsi,addr=7 -device scsi-hd,drive=disk,bus=scsi.0 \
	-device virtio-balloon-pci,addr=8 -device virtio-keyboard-pci,addr=9 |
	tee "$log"
status=${PIPESTATUS[0]}

# Status 1 is good, 3 is accused; anything else ended before the verdict.
lost=0
if ! grep -q '^eccentrics: ' "$log" || { [ "$status" -ne 1 ] && [ "$status" -ne 3 ]; }; then
	echo "test-eccentrics: QEMU ended with status $status before the verdict"
	lost=1
fi
passed=$(grep -c '^conforms ' "$log")
failed=$((lost + $(grep -c '^ACCUSED ' "$log")))
skipped=$(grep -c '^skipped ' "$log")
echo "$((failed - lost)) of $((passed + failed - lost)) accused"
sum_up test-eccentrics
