#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Network and console devices with somebody at the other end: what QEMU violates is what known/expect
# says, and nothing that its devices can show is left unjudged.
# usage: peers.sh BUILD
set -uo pipefail

build=$1
here=$(dirname "$0")
. "$here/../lib.sh"
version=$("${qemu[0]}" --version | sed -n '1s/.*version \([0-9]*\.[0-9]*\).*/\1/p')
folder=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-peers.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# boot NAME WRAPPER… -- QEMU options …: one run of the net and console suites.
boot() {
	local name=$1 wrapper=()
	shift
	while [ "$1" != -- ]; do
		wrapper+=("$1")
		shift
	done
	shift
	limited 120 "${wrapper[@]}" "${qemu[@]}" -M q35 -accel tcg -m 96 -smp 2 \
		-serial "file:$folder/$name.json" -kernel "$build/virtproof.elf" \
		-append "vp.exit=debug vp.format=json vp.tests=net.*,console.*" "$@" 2>"$folder/$name.err"
	if [ $? -eq 77 ]; then
		skip "$name: taps are not allowed here"
	elif ! grep -q '"type":"summary"' "$folder/$name.json"; then
		verdict 1 "$name: no summary"
		cat "$folder/$name.err"
	else
		as_expected "$folder/$name.json"
		verdict $? "$name is as expected"
	fi
}

# The ids of clauses with this verdict in a run.
clauses() {
	sed -n 's/^{"type":"clause","id":"\([^"]*\)".*"verdict":"'"$1"'".*/\1/p' "$2"
}

# Whether a run violates only what is known, and no test ended without a clause's name to blame.
as_expected() {
	local unknown
	unknown=$(clauses violated "$1" |
		grep -vxF -f <(cut -f1 "known/expect/qemu-$version.expect" 2>/dev/null | sed 's/@.*//'))
	if [ -n "$unknown" ]; then
		echo "  violated and not expected: $unknown"
		sed -n 's/^{"type":"check","clause":"\([^"]*\)".*"message":"\([^"]*\)".*/    \1: \2/p' "$1"
		return 1
	fi
	unknown=$(grep -E '^\{"type":"test".*"verdict":"(fail|error)"' "$1" |
		grep -vE '"reason":"[A-Z0-9]+(-[A-Z0-9]+)*-[0-9]+: ')
	[ -z "$unknown" ] || { echo "$unknown"; return 1; }
}

wires() {
	echo -chardev "socket,id=a$1,path=$folder/wire$1,server=on,wait=off" \
		-chardev "socket,id=b$1,path=$folder/wire$1"
}

boot hub -- \
	-netdev user,id=slirp -netdev hubport,id=hub0,hubid=0,netdev=slirp \
	-netdev hubport,id=hub1,hubid=0 -netdev hubport,id=hub2,hubid=0 \
	-device virtio-net-pci,netdev=hub1,host_mtu=1500,speed=1000,duplex=full \
	-device virtio-net-pci,netdev=hub2,packed=on
boot user -- -netdev user,id=n -device virtio-net-pci,netdev=n,host_mtu=1500
# shellcheck disable=SC2046
boot consoles -- $(wires 0) $(wires 1) \
	-device virtio-serial-pci,id=near -device virtconsole,chardev=a0,bus=near.0 \
	-device virtserialport,chardev=a1,bus=near.0,name=org.virtproof.near,nr=3 \
	-device virtio-serial-pci,id=far,packed=on -device virtconsole,chardev=b0,bus=far.0 \
	-device virtserialport,chardev=b1,bus=far.0,name=org.virtproof.far
boot console-single -- -chardev null,id=c -device virtio-serial-pci,max_ports=1 \
	-device virtconsole,chardev=c
taps=(-netdev tap,id=n0,ifname=vpnear,script=no,downscript=no
	-netdev tap,id=n1,ifname=vpfar,script=no,downscript=no)
boot taps "$here/with-taps.sh" 1 -- "${taps[@]}" \
	-device virtio-net-pci,netdev=n0,hash=on,guest_rsc_ext=on,rsc_interval=30000000 -device virtio-net-pci,netdev=n1,packed=on
taps=("${taps[@]/%downscript=no/downscript=no,queues=4}")
each=mq=on,rss=on,hash=on,vectors=10
boot taps-queues "$here/with-taps.sh" 4 -- "${taps[@]}" \
	-device "virtio-net-pci,netdev=n0,$each" -device "virtio-net-pci,netdev=n1,$each"

# What a guest could see, is offered somewhere, and was judged nowhere.
if [ "$skipped" -eq 0 ]; then
	left=$(cat "$folder"/*.json | awk -F'"' '
		/^{"type":"clause"/ { judged[$8] = 1 }
		/^{"type":"unjudged"/ && $8 !~ /no legacy|no device offers/ {
			count = split($16, ids, " ")
			for (n = 1; n <= count; n++) open[ids[n]] = 1
		}
		END { for (id in open) if (!(id in judged)) print id }' |
		grep -xF -f <(awk -F'\t' '$1 ~ /^(NET|CONSOLE)-/ && $7 == "guest" {print $1}' tests/clauses.tsv))
	[ -z "$left" ]
	verdict $? "all that is offered is judged somewhere${left:+, but for }$left"
fi
sum_up test-peers
