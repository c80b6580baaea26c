#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Writes docs/coverage.md: which clauses complete runs on QEMU judge, area by area, and why others are not.
# usage: coverage.sh BUILD OUTPUT
set -euo pipefail

build=$1
output=$2
. "$(dirname "$0")/../lib.sh"
folder=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-coverage.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# Boots every device type that QEMU has and the suite knows; the second argument goes to each virtio
# device, the third to the image.
boot() {
	local name=$1 each=$2 words=${3:-} status=0

	truncate -s 16M "$folder/scratch"
	limited 240 "${qemu[@]}" -M q35 -accel tcg -m 128 -smp 2 -serial file:"$folder/$name.json" \
		-kernel "$build/virtproof.elf" \
		-append "vp.exit=debug vp.format=json vp.scratch=all $words" \
		-blockdev "raw,node-name=disk,file.driver=file,file.filename=$folder/scratch,discard=unmap" \
		-device "virtio-blk-pci,drive=disk,num-queues=2$each" \
		-blockdev null-co,node-name=fixed,size=16777216,read-zeroes=on,read-only=on \
		-device "virtio-blk-pci,drive=fixed$each" \
		-netdev hubport,id=net0,hubid=0 -device "virtio-net-pci,netdev=net0,host_mtu=1500,speed=1000,duplex=full$each" \
		-netdev hubport,id=net1,hubid=0 -device "virtio-net-pci,netdev=net1$each" \
		-netdev user,id=net2 -netdev hubport,id=net3,hubid=0,netdev=net2 \
		-device "virtio-rng-pci$each" \
		-device "virtio-serial-pci,id=near,max_ports=4$each" \
		-chardev "socket,id=wire0,path=$folder/$name.wire,server=on,wait=off" \
		-device virtconsole,chardev=wire0,bus=near.0 \
		-chardev "socket,id=wire1,path=$folder/$name.wire" \
		-device "virtio-serial-pci,id=far$each" -device virtconsole,chardev=wire1,bus=far.0 \
		-chardev "socket,id=wire2,path=$folder/$name.port,server=on,wait=off" \
		-device virtserialport,chardev=wire2,bus=near.0,name=org.virtproof.port \
		-chardev "socket,id=wire3,path=$folder/$name.port" \
		-device virtserialport,chardev=wire3,bus=far.0 \
		-chardev null,id=alone -device "virtio-serial-pci,id=single,max_ports=1$each" \
		-device virtconsole,chardev=alone,bus=single.0 \
		-object throttle-group,id=slow,x-iops-total=300 \
		-blockdev null-co,node-name=fast,size=16777216,read-zeroes=on \
		-blockdev throttle,node-name=unit,throttle-group=slow,file=fast \
		-device "virtio-scsi-pci,id=scsi$each" -device scsi-hd,drive=unit,bus=scsi.0 \
		-object iothread,id=hints \
		-device "virtio-balloon-pci,free-page-hint=on,iothread=hints,free-page-reporting=on$each" \
		-device "virtio-keyboard-pci$each" -device "virtio-tablet-pci$each" -device "virtio-gpu-pci,max_outputs=2$each" \
		-object cryptodev-backend-builtin,id=crypto -device "virtio-crypto-pci,cryptodev=crypto$each" 2>"$folder/$name.err" || status=$?
	if ! grep -q '"type":"summary"' "$folder/$name.json"; then
		echo "coverage-clauses: QEMU ended with status $status before the $name run had a summary" >&2
		tail -5 "$folder/$name.err" >&2
		exit 1
	fi
}

# Checksums, segmentation, queue pairs and hashes: what network devices offer on taps alone.
boot_taps() {
	local each=mq=on,rss=$1,hash=on,guest_rsc_ext=$2,rsc_interval=30000000,host_mtu=1500,vectors=10 status=0

	limited 120 selfcheck/peers/with-taps.sh 4 "${qemu[@]}" -M q35 -accel tcg -m 96 -smp 2 \
		-serial "file:$folder/taps-$1.json" -kernel "$build/virtproof.elf" \
		-append "vp.exit=debug vp.format=json vp.tests=net.*" \
		-netdev tap,id=n0,ifname=vpnear,script=no,downscript=no,queues=4 \
		-netdev tap,id=n1,ifname=vpfar,script=no,downscript=no,queues=4 \
		-device "virtio-net-pci,netdev=n0,$each" \
		-device "virtio-net-pci,netdev=n1,$each" 2>/dev/null || status=$?
	[ "$status" -ne 77 ] || echo "coverage-clauses: no taps here: what they offer stays unjudged" >&2
}

boot split ""
# QEMU 7.2 spins in virtio_blk_handle_vq() for ever where a packed queue is reset and made smaller.
boot packed ",packed=on" vp.skip=ring.reset_queue_has_its_largest_size_again

# hosted NAME OPTION …: with the host's help, for clauses that need it: the program on the host answers.
hosted() {
	local name=$1

	shift
	"$build/virtproof" run --expect=none --quiet --log="$folder/$name.json" "$@" >/dev/null 2>&1 || true
	if ! grep -q '"type":"summary"' "$folder/$name.json"; then
		echo "coverage-clauses: the $name run with the host's help has no summary" >&2
		exit 1
	fi
}

hosted host -d blk-scratch -d blk-kept -d net-dgram,speed=1000,duplex=full -d console -d scsi -d balloon-hints \
	-d keyboard -d tablet -d gpu-viewer
hosted pmem -d pmem
# What daemons serve, where they are built.
PATH=$PATH:$(realpath -m "$build/others/crates/bin")
if command -v vhost-device-vsock >/dev/null; then
	hosted vsock -d vhost-device-vsock
fi
if [ -x /usr/lib/qemu/virtiofsd ]; then
	hosted fs -d vhost-user-fs
fi

boot_taps on off
boot_taps off on

mkdir -p "$(dirname "$output")"
awk -v version="$("${qemu[0]}" --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')" \
	-f selfcheck/clauses/coverage.awk tests/clauses.tsv selfcheck/clauses/host.tsv "$folder"/*.json >"$output.new"
mv "$output.new" "$output"
echo "$output: written"
