#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Boots the image with eccentrics between it and the devices of a QEMU; none may be accused.
# usage: run.sh BUILD [GLOBS [vp.words …]]
set -uo pipefail
. "$(dirname "$0")/../lib.sh"

build=$1
globs=${2:-*}
shift $(($# < 2 ? $# : 2))
PATH=$PATH:$(realpath -m "$build/others/crates/bin")
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-eccentrics.XXXXXX")
trap 'rm -rf "$work"' EXIT

# try NAME SECONDS MACHINE WORDS DEVICE-OPTION …: one boot; its lines are in $work/NAME, its status in NAME.status.
try() {
	local name=$1 seconds=$2 machine=$3 words=$4
	shift 4
	limited "$seconds" "${qemu[@]}" -M "$machine" -accel tcg -m 96 -smp 2 -serial stdio \
		-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug $words" "$@" \
		</dev/null >"$work/$name"
	echo $? >"$work/$name.status"
}

# What is odd about MMIO alone, on such devices, modern and legacy. QEMU offers VIRTIO_F_RING_RESET there and does not do it.
mmio() {
	local legacy
	for legacy in false true; do
		try "mmio-$legacy" 120 microvm,acpi=on "vp.eccentric=ok_mmio_* vp.scratch=all $*" \
			-device virtio-rng-device,queue_reset=off \
			-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
			-device virtio-blk-device,drive=null -global "virtio-mmio.force-legacy=$legacy"
	done
}

# … and about legacy interfaces, with some of what any device may be, too. On taps there are offloads.
legacy() {
	local both=disable-legacy=off words="vp.legacy vp.device=*-legacy vp.scratch=all $*"
	local also=ok_gathers_kicks,ok_looks_twice,ok_overlooks_suppression,ok_spurious_messages
	try legacy 240 q35 "vp.eccentric=ok_legacy_*,$also $words" \
		-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
		-device "virtio-blk-pci,drive=null,$both,addr=1" \
		-blockdev null-co,node-name=small,size=16777216,read-zeroes=on \
		-device "virtio-blk-pci,drive=small,queue-size=4,$both,addr=8" \
		-netdev user,id=net -netdev hubport,id=hub0,hubid=0,netdev=net \
		-netdev hubport,id=hub1,hubid=0 -netdev hubport,id=hub2,hubid=0 \
		-device "virtio-net-pci,netdev=hub1,mq=on,$both,addr=2" -device "virtio-net-pci,netdev=hub2,$both,addr=3" \
		-device "virtio-rng-pci,$both,addr=4" -device "virtio-balloon-pci,$both,addr=5" \
		-chardev null,id=null -device "virtio-serial-pci,id=con,$both,addr=6" \
		-device virtconsole,chardev=null,bus=con.0 \
		-blockdev null-co,node-name=disk,size=16777216,read-zeroes=on \
		-device "virtio-scsi-pci,id=scsi,$both,addr=7" -device scsi-hd,drive=disk,bus=scsi.0
	local plain=("${qemu[@]}")
	local qemu=(selfcheck/peers/with-taps.sh 1 "${plain[@]}")
	try taps 60 q35 "vp.eccentric=ok_legacy_offloads* $words" \
		-netdev tap,id=near,ifname=vpnear,script=no,downscript=no \
		-netdev tap,id=far,ifname=vpfar,script=no,downscript=no \
		-device "virtio-net-pci,netdev=near,$both" -device "virtio-net-pci,netdev=far,$both"
	[ "$(cat "$work/taps.status")" -ne 77 ] || rm "$work"/taps*
}

# … and about what the host sees, or does, in a run of the program.
# hosted NAME WORDS OPTION …: its lines are in $work/NAME.
hosted() {
	local name=$1 words=$2 record
	shift 2
	[ -x "$build/virtproof" ] || return 0
	"$build/virtproof" run --image="$build/virtproof-selfcheck.elf" --expect=none --quiet --log="$work/$name.log" \
		"$@" --append "$words" >/dev/null 2>&1 || true
	while read -r record; do
		case $record in
		*'"type":"accusation"'*) echo "accuses  $(text eccentric "$record"): $(text test "$record"): $(text clause "$record"): $(text message "$record")" ;;
		*'"type":"eccentric"'*'"accused":0,"skipped":""'*) echo "conforms $(text name "$record"): $(text about "$record") (with the host's help)" ;;
		*'"type":"eccentric"'*'"accused":0,'*) echo "skipped  $(text name "$record"): $(text about "$record"); $(text skipped "$record")" ;;
		*'"type":"eccentric"'*) echo "ACCUSED  $(text name "$record"): $(text about "$record")" ;;
		*'"type":"eccentric_summary"'*) echo "eccentrics: with the host's help" ;;
		esac
	done <"$work/$name.log" >"$work/$name"
	echo 1 >"$work/$name.status"
}

# hosted_legacy WORDS …: what a legacy device shows of what the host changes.
hosted_legacy() {
	hosted hosted-legacy "vp.eccentric=ok_legacy_loses*,ok_legacy_actual*,ok_legacy_counts_nothing,ok_legacy_ends* \
		vp.tests=balloon.targets*,balloon.*statistics*,balloon.legacy_actual*,scsi.plugged* $*" \
		-M q35-legacy -d balloon -d scsi
}

# hosted_lifecycle WORDS …: the machine is paused, restored and migrated.
hosted_lifecycle() {
	hosted hosted-lifecycle "vp.eccentric=ok_lifecycle_*,ok_looks_twice vp.lifecycle vp.tests=lifecycle.* $*" \
		-d blk-scratch -d net -d rng
}

# hosted_plug WORDS …: it is unplugged, and plugged in again.
hosted_plug() {
	hosted hosted-plug "vp.eccentric=ok_plugged_*,ok_looks_twice vp.tests=lifecycle.device_is* $*" \
		-M q35-slots -d blk-scratch -d net -d rng
}

# hosted_daemons WORDS …: what daemons serve, where they are built.
hosted_daemons() {
	if asked vsock && command -v vhost-device-vsock >/dev/null; then
		hosted hosted-vsock "vp.eccentric=ok_vsock_* vp.tests=vsock.* $*" -d vhost-device-vsock
	fi
	if asked fs && [ -x /usr/lib/qemu/virtiofsd ]; then
		hosted hosted-fs "vp.eccentric=ok_fs_* vp.tests=fs.*,ring.split_d* vp.skip=fs.interrupts* $*" -d vhost-user-fs
	fi
}

# persistent WORDS …: what is odd about persistent memory.
persistent() {
	truncate -s 4M "$work/memory"
	try persistent 60 q35 "vp.eccentric=ok_pmem_* vp.scratch=all $*" -m 96,slots=1,maxmem=1G \
		-object "memory-backend-file,id=memory,size=4M,mem-path=$work/memory,share=on" \
		-device virtio-pmem-pci,memdev=memory
}

# quarter 0|1|2|3 WORDS …: one of four parts of them all.
quarter() {
	local number=$1 wires=$work/wires$1 disk=$work/disk$1
	shift
	mkdir "$wires"
	truncate -s 16M "$disk"
	try "quarter$number" "${LIMIT:-590}" q35 \
		"vp.eccentric=$globs vp.parts=4 vp.part=$number vp.scratch=00:01.0 $*" \
		-blockdev "raw,node-name=file,file.driver=file,file.filename=$disk,discard=unmap" \
		-device virtio-blk-pci,drive=file,serial=virtproof,packed=on,queue-size=256,addr=1 \
		-netdev hubport,id=hub1,hubid=0 -netdev hubport,id=hub2,hubid=0 \
		-device virtio-net-pci,netdev=hub1,packed=on,host_mtu=1500,speed=1000,duplex=full,addr=2 \
		-device virtio-net-pci,netdev=hub2,addr=0xb \
		-device virtio-rng-pci,packed=on,addr=3 \
		-device virtio-rng-pci,packed=on,vectors=2048,queue_reset=off,addr=6 \
		-chardev "socket,id=near,path=$wires/0,server=on,wait=off" -chardev "socket,id=far,path=$wires/0" \
		-device virtio-serial-pci,id=con,addr=4 -device virtconsole,chardev=near,bus=con.0 \
		-device virtio-serial-pci,id=end,addr=0xc -device virtconsole,chardev=far,bus=end.0 \
		-blockdev null-co,node-name=disk,size=16777216,read-zeroes=on \
		-blockdev null-co,node-name=second,size=16777216,read-zeroes=on \
		-device virtio-scsi-pci,id=scsi,addr=7 -device scsi-hd,drive=disk,bus=scsi.0,scsi-id=0,lun=0 \
		-device scsi-hd,drive=second,bus=scsi.0,scsi-id=0,lun=1 -device scsi-cd,bus=scsi.0,scsi-id=1,lun=0 \
		-object iothread,id=hints \
		-device virtio-balloon-pci,free-page-hint=on,iothread=hints,free-page-reporting=on,addr=8 \
		-device virtio-keyboard-pci,addr=9 -device virtio-gpu-pci,max_outputs=2,addr=0xd \
		-object cryptodev-backend-builtin,id=crypto -device virtio-crypto-pci,cryptodev=crypto,addr=0xe "${extra_devices[@]}"
}

# asked NAME: whether there may be some of those among what was asked for.
asked() { [[ $globs = '*' || $globs = *$1* ]]; }

# They wait more than they work.
for number in 0 1 2; do
	quarter $number "$@" &
done
{
	asked mmio && mmio "$@"
	asked legacy && { legacy "$@"; hosted_legacy "$@"; }
	asked lifecycle && hosted_lifecycle "$@"
	asked plug && hosted_plug "$@"
	hosted_daemons "$@"
	asked pmem && persistent "$@"
} &
quarter 3 "$@"
wait

# A quarter skips what is about other devices. Status 1 is good, 3 is accused; anything else ended before the verdict.
lost=0
for boot in "$work"/*.status; do
	status=$(cat "$boot")
	if ! grep -q '^eccentrics: ' "${boot%.status}" || { [ "$status" -ne 1 ] && [ "$status" -ne 3 ]; }; then
		echo "test-eccentrics: QEMU ended with status $status before the verdict of $(basename "${boot%.status}")"
		lost=$((lost + 1))
	fi
done
# What conforms on one machine and finds nobody fit for it on another conforms.
cat "$work"/{quarter[0-3],mmio-*,legacy,taps,hosted-legacy,hosted-lifecycle,hosted-plug,hosted-vsock,hosted-fs,persistent} 2>/dev/null | awk '$1 == "accuses" { print; next }
	{ name = $2; sub(":$", "", name) }
	$1 == "skipped" { weight = 1 }
	$1 == "conforms" { weight = 2 }
	$1 == "ACCUSED" { weight = 3 }
	$1 !~ "^(skipped|conforms|ACCUSED)$" { next }
	weight > weights[name] { weights[name] = weight; said[name] = $0 }
	END { for (name in said) print said[name] }' |
	sort >"$work/all"
cat "$work/all"
passed=$(grep -c '^conforms ' "$work/all")
failed=$((lost + $(grep -c '^ACCUSED ' "$work/all")))
skipped=$(grep -c '^skipped ' "$work/all")
if [ $((passed + failed + skipped)) -eq 0 ]; then
	echo "test-eccentrics: no eccentric is named $globs"
	failed=1 lost=1
fi
echo "$((failed - lost)) of $((passed + failed - lost)) accused"
sum_up test-eccentrics
