#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Boots the image with saboteurs between it and the devices of a QEMU; each must be found out.
# usage: run.sh BUILD [GLOBS [vp.words …]]
set -uo pipefail
. "$(dirname "$0")/../lib.sh"

build=$1
globs=${2:-*}
shift $(($# < 2 ? $# : 2))
log=$(mktemp "${TMPDIR:-/tmp}/virtproof-sabotage.XXXXXX")
scratch=$(mktemp "${TMPDIR:-/tmp}/virtproof-scratch.XXXXXX")
wires=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-wires.XXXXXX")
trap 'rm -rf "$log" "$scratch" "$wires"' EXIT
truncate -s 4M "$scratch"

timeout -k 3 300 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial stdio \
	-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug vp.sabotage=$globs vp.version=1.4 vp.scratch=00:05.0,00:06.0,00:07.0 $*" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
	-device virtio-blk-pci,drive=null,serial=virtproof-sabotage,packed=on,addr=1 \
	-netdev user,id=net -netdev hubport,id=hub0,hubid=0,netdev=net \
	-netdev hubport,id=hub1,hubid=0 -netdev hubport,id=hub2,hubid=0 \
	-device virtio-net-pci,netdev=hub1,packed=on,host_mtu=1500,speed=1000,duplex=full,addr=2 \
	-device virtio-net-pci,netdev=hub2,addr=0xb \
	-device virtio-rng-pci,packed=on,addr=3 \
	-chardev "socket,id=near,path=$wires/0,server=on,wait=off" -chardev "socket,id=far,path=$wires/0" \
	-chardev "socket,id=port,path=$wires/1,server=on,wait=off" -chardev "socket,id=exit,path=$wires/1" \
	-device virtio-serial-pci,id=con,addr=4 -device virtconsole,chardev=near,bus=con.0 \
	-device virtserialport,chardev=port,bus=con.0,name=virtproof.port \
	-device virtio-serial-pci,id=end,addr=0xc -device virtconsole,chardev=far,bus=end.0 \
	-device virtserialport,chardev=exit,bus=end.0 \
	-blockdev "raw,node-name=file,file.driver=file,file.filename=$scratch,discard=unmap" \
	-device virtio-blk-pci,drive=file,addr=5,num-queues=2 \
	-blockdev null-co,node-name=fixed,size=16777216,read-zeroes=on,read-only=on \
	-device virtio-blk-pci,drive=fixed,write-cache=off,addr=6 \
	-object throttle-group,id=slow,x-iops-total=300 \
	-blockdev null-co,node-name=fast,size=16777216,read-zeroes=on \
	-blockdev throttle,node-name=disk,throttle-group=slow,file=fast \
	-device virtio-scsi-pci,id=scsi,addr=7 -device scsi-hd,drive=disk,bus=scsi.0 \
	-object iothread,id=hints \
	-device virtio-balloon-pci,free-page-hint=on,iothread=hints,free-page-reporting=on,addr=8 \
	-device virtio-keyboard-pci,addr=9 -device virtio-tablet-pci,addr=10 \
	-device pcie-root-port,id=express,addr=11,slot=1 -device virtio-rng-pci,bus=express \
	-object rng-builtin,id=entropy -device virtio-rng-pci,rng=entropy,max-bytes=32,period=1,addr=12 |
	tee "$log"
status=${PIPESTATUS[0]}

# Status 1 is good, 3 is failed; anything else ended before the verdict.
lost=0
if ! grep -q '^sabotage: ' "$log" || { [ "$status" -ne 1 ] && [ "$status" -ne 3 ]; }; then
	echo "test-sabotage: QEMU ended with status $status before the verdict"
	lost=1
fi

skipped_names() { sed -n 's/^skipped  *\([a-z0-9_]*\):.*/\1/p' "$log" | paste -sd, -; }

# What could not be tried above is tried on two taps, whose network devices offer more, …
again=$(skipped_names)
if [ -n "$again" ]; then
	each=mq=on,hash=on,guest_rsc_ext=on,rsc_interval=30000000,vectors=10
	selfcheck/peers/with-taps.sh 4 timeout -k 3 120 "${qemu[@]}" -M q35 -accel tcg -m 96 -smp 2 -serial stdio \
		-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug vp.sabotage=$again vp.version=1.4 $*" \
		-netdev tap,id=near,ifname=vpnear,script=no,downscript=no,queues=4 \
		-netdev tap,id=far,ifname=vpfar,script=no,downscript=no,queues=4 \
		-device "virtio-net-pci,netdev=near,rss=on,$each" \
		-device "virtio-net-pci,netdev=far,$each" >"$wires/taps" 2>/dev/null
	if grep -q '^sabotage: ' "$wires/taps"; then
		sed -i '/^skipped /d' "$log"
		grep -E '^(detected|MISSED|skipped) ' "$wires/taps" | tee -a "$log"
	fi
fi

# … and once more with the host's help.
text() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$2"; }
again=$(skipped_names)
if [ -n "$again" ] && [ -x "$build/virtproof" ]; then
	sed -i '/^skipped /d' "$log"
	"$build/virtproof" run --image="$build/virtproof-selfcheck.elf" --expect=none --quiet \
		--log="$wires/hosted" -d blk-scratch -d blk-kept -d net-dgram,speed=1000,duplex=full \
		-d console -d scsi -d balloon-hints -d keyboard -d tablet --append "vp.sabotage=$again vp.version=1.4 $*" >/dev/null 2>&1 || true
	while read -r record; do
		verdict=MISSED
		[[ $record != *'"detected":true'* ]] || verdict=detected
		why=$(text skipped "$record")
		[ -z "$why" ] || verdict=skipped
		echo "$verdict $(text name "$record"): $(text about "$record")${why:+; $why} (with the host's help)" |
			tee -a "$log"
	done < <(grep '^{"type":"sabotage",' "$wires/hosted")
	if ! grep -q '^{"type":"sabotage_summary"' "$wires/hosted"; then
		echo "test-sabotage: the run with the host's help ended before the verdict"
		lost=1
	fi
fi

passed=$(grep -c '^detected ' "$log")
failed=$((lost + $(grep -c '^MISSED ' "$log")))
skipped=$(grep -c '^skipped ' "$log")
sum_up test-sabotage
