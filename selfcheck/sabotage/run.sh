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

limited 300 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial stdio \
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
	-device virtio-keyboard-pci,addr=9 -device virtio-tablet-pci,addr=10 -device virtio-gpu-pci,max_outputs=2,addr=13 \
	-object cryptodev-backend-builtin,id=crypto -device virtio-crypto-pci,cryptodev=crypto,addr=14 \
	-device pcie-root-port,id=express,addr=11,slot=1 -device virtio-rng-pci,bus=express \
	-object rng-builtin,id=entropy -device virtio-rng-pci,rng=entropy,max-bytes=32,period=1,addr=12 "${extra_devices[@]}" |
	tee "$log"
status=${PIPESTATUS[0]}

# Status 1 is good, 3 is failed; anything else ended before the verdict.
lost=0
if ! grep -q '^sabotage: ' "$log" || { [ "$status" -ne 1 ] && [ "$status" -ne 3 ]; }; then
	echo "test-sabotage: QEMU ended with status $status before the verdict"
	lost=1
fi

skipped_names() { sed -n 's/^skipped  *\([a-z0-9_]*\):.*/\1/p' "$log" | paste -sd, -; }

# again PATTERN WORDS COMMAND …: the skipped ones whose names match, in a boot of that QEMU; what comes of them counts then.
again() {
	local pattern=$1 words=$2 names status
	shift 2
	names=$(skipped_names | tr , '\n' | grep -P "$pattern" | paste -sd, -)
	[ -n "$names" ] || return 0
	limited 120 "$@" -accel tcg -smp 2 -serial stdio -kernel "$build/virtproof-selfcheck.elf" \
		-append "vp.exit=debug vp.sabotage=$names vp.version=1.4 $words" >"$wires/again" 2>/dev/null
	status=$?
	if ! grep -q '^sabotage: ' "$wires/again"; then
		# There are no taps on this system.
		[ $status -ne 77 ] || return 0
		echo "test-sabotage: a boot for $pattern ended with status $status before the verdict"
		lost=$((lost + 1))
		return
	fi
	sed -i -E "/^skipped  *(${names//,/|}):/d" "$log"
	grep -E '^(detected|MISSED|skipped) ' "$wires/again" | tee -a "$log"
}
q35=("${qemu[@]}" -M q35 -m 96)
# taps PATTERN WORDS NEAR FAR: likewise, on two network devices with such properties, on taps.
taps() {
	again "$1" "$2" selfcheck/peers/with-taps.sh 4 "${q35[@]}" \
		-netdev tap,id=near,ifname=vpnear,script=no,downscript=no,queues=4 \
		-netdev tap,id=far,ifname=vpfar,script=no,downscript=no,queues=4 \
		-device "virtio-net-pci,netdev=near,$3" -device "virtio-net-pci,netdev=far,$4"
}
nothing=(-blockdev null-co,node-name=null,size=16777216,read-zeroes=on)

# What could not be tried above is tried on two taps, whose network devices offer more, …
offers=mq=on,hash=on,guest_rsc_ext=on,rsc_interval=30000000,vectors=10
taps '^(?!mmio_|pci_legacy_)' "$*" rss=on,$offers $offers

# … and what MMIO devices alone can break, modern and legacy, on such devices; QEMU offers VIRTIO_F_RING_RESET and does not do it.
for legacy in false true; do
	again ^mmio_ "$*" "${qemu[@]}" -M microvm,acpi=on -global virtio-mmio.force-legacy=$legacy -m 64 \
		-device virtio-rng-device,queue_reset=off "${nothing[@]}" -device virtio-blk-device,drive=null
done

# … and what legacy interfaces of PCI devices alone can break, on transitional devices, what takes pairs, offloads and VLANs on
# taps.
both=disable-legacy=off
again '^pci_legacy_(?!net_[opv])' "vp.legacy vp.device=*-legacy vp.scratch=all $*" "${q35[@]}" \
	"${nothing[@]}" -device virtio-blk-pci,drive=null,$both,addr=1 -device virtio-rng-pci,$both,addr=2 \
	-netdev user,id=net -device virtio-net-pci,netdev=net,$both,addr=3 \
	-chardev null,id=null -device virtio-serial-pci,id=con,$both,addr=4 -device virtconsole,chardev=null,bus=con.0 \
	-device virtio-balloon-pci,$both,addr=5 \
	-blockdev null-co,node-name=disk,size=16777216,read-zeroes=on \
	-device virtio-scsi-pci,id=scsi,$both,addr=6 -device scsi-hd,drive=disk,bus=scsi.0
offers=mq=on,vectors=10,disable-modern=on,$both
taps '^pci_legacy_net_[opv]' "$*" $offers $offers

# … and what persistent memory alone can break.
again ^pmem_ "vp.scratch=all $*" "${q35[@]}" -m 96,slots=1,maxmem=1G \
	-object "memory-backend-file,id=memory,size=4M,mem-path=$scratch,share=on" -device virtio-pmem-pci,memdev=memory

# … and once more with the host's help.
# hosted NAMES WORDS OPTION …: those saboteurs in a run of the program on these devices.
hosted() {
	local names=$1 words=$2 record verdict why
	shift 2
	[ -n "$names" ] && [ -x "$build/virtproof" ] || return 0
	"$build/virtproof" run --image="$build/virtproof-selfcheck.elf" --expect=none --quiet --log="$wires/hosted" \
		"$@" --append "vp.sabotage=$names vp.version=1.4 $words" >/dev/null 2>&1 || true
	if ! grep -q '^{"type":"sabotage_summary"' "$wires/hosted"; then
		echo "test-sabotage: the run with the host's help ended before the verdict"
		lost=1
		return
	fi
	while read -r record; do
		verdict=MISSED
		[[ $record != *'"detected":true'* ]] || verdict=detected
		why=$(text skipped "$record")
		[ -z "$why" ] || verdict=skipped
		sed -i "/^skipped  *$(text name "$record"):/d" "$log"
		echo "$verdict $(text name "$record"): $(text about "$record")${why:+; $why} (with the host's help)" |
			tee -a "$log"
	done < <(grep '^{"type":"sabotage",' "$wires/hosted")
}
hosted "$(skipped_names | tr , "\n" | grep ^pci_legacy_ | paste -sd, -)" "$*" -M q35-legacy -d balloon -d scsi
# … and of daemons, where they are built.
PATH=$PATH:$(realpath -m "$build/others/crates/bin")
if command -v vhost-device-vsock >/dev/null; then
	hosted "$(skipped_names | tr , "\n" | grep ^vsock_ | paste -sd, -)" "$*" -d vhost-device-vsock
fi
if [ -x /usr/lib/qemu/virtiofsd ]; then
	hosted "$(skipped_names | tr , "\n" | grep ^fs_ | paste -sd, -)" "$*" -d vhost-user-fs
fi
hosted "$(skipped_names | tr , "\n" | grep -E "^(un)?plugged_" | paste -sd, -)" "$*" -M q35-slots -d rng
hosted "$(skipped_names | tr , "\n" | grep ^pmem_ | paste -sd, -)" "$*" -d pmem
hosted "$(skipped_names)" "vp.lifecycle $*" -d blk-scratch -d blk-kept \
	-d net-dgram,speed=1000,duplex=full -d console -d scsi -d balloon-hints -d keyboard -d tablet -d gpu-viewer

passed=$(grep -c '^detected ' "$log")
failed=$((lost + $(grep -c '^MISSED ' "$log")))
skipped=$(grep -c '^skipped ' "$log")
sum_up test-sabotage
