#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Judges implementations other than this machine's QEMU: what they violate is what known/expect says. What
# is not here and does not come quickly is skipped; with "all" the crates are built, which takes minutes, and DPDK is fetched.
# usage: run.sh BUILD [all]; the records of the runs stay in BUILD/others/runs
set -uo pipefail

build=$1
here=$(dirname "$0")
. "$here/../lib.sh"
cache=$build/others
PATH=$(realpath -m "$cache/crates/bin"):$(realpath -m "$cache/dpdk/bin"):$PATH
log=$(mktemp "${TMPDIR:-/tmp}/virtproof-others.XXXXXX")
trap 'rm -f "$log"' EXIT
rm -rf "$cache/runs"
mkdir -p "$cache/runs"

judge() { # judge NAME OPTION…: a run in which nothing is unexpected; with ends=4 one that judges the transport alone
	local name=$1 status
	shift
	timeout -k 3 240 "$build/virtproof" run -q --log "$cache/runs/${name//[^A-Za-z0-9]/-}.log" "$@" >"$log" 2>&1
	status=$?
	verdict "$((status != ${ends:-0}))" "$name is as expected ($(grep -E '^all ' "$log" | tr -s ' ' | cut -d' ' -f2-4 |
		sed 's, ,/,g') pass/fail/warn)"
	[ "$status" -eq "${ends:-0}" ] || grep -vE '^($|clauses|device|all|[0-9:.]+ )' "$log" | sed 's/^/  /'
}

# A QEMU that is years younger than the one that every other check takes.
newer=$("$here/newer_qemu.sh" "$cache/qemu")
has_newer=$?
if [ $has_newer -eq 0 ]; then
	judge "a newer QEMU" --program "$newer"
	judge "a newer QEMU, other types" --program "$newer" -d scsi -d keyboard -d balloon -d gpu -d crypto
	judge "a newer QEMU, in order" --program "$newer" -d net-hub,in_order=on -d net-hub,in_order=on
else
	skip "a newer QEMU: $newer" 3
fi

if [ "${2:-}" = all ]; then
	"$here/crates.sh" "$cache/crates"
	"$here/dpdk.sh" "$cache/dpdk" || echo "DPDK cannot be had"
fi
# without PROGRAM COUNT: whether to do without it; said as so many skipped.
without() {
	command -v "$1" >/dev/null && return 1
	skip "$1 is not built: make test-others-all" "$2"
}

# Back ends that QEMU reaches by vhost-user, and a VMM of its own, which needs KVM.
if ! without alioth 4; then
	known=known/expect/alioth-vu-0.12.expect
	judge "Alioth's disk behind QEMU" -e $known -d alioth-blk
	judge "Alioth's shared folder behind QEMU" -e $known -d alioth-fs
	judge "Alioth's sockets behind QEMU" -e $known -d alioth-vsock
	if [ -w /dev/kvm ]; then
		judge "Alioth" --vmm alioth -d rng -t 'transport.*'
	else
		skip "Alioth: /dev/kvm cannot be used here"
	fi
fi
known=known/expect/vhost-device.expect
# behind DEVICE OPTION…: judges a daemon of rust-vmm behind QEMU, when it is built.
behind() {
	local device=$1
	shift
	without "$device" 1 || judge "$device behind QEMU" -e $known -d "$device" "$@"
}
behind vhost-device-vsock
behind vhost-device-rng
behind vhost-device-scsi
if ! without virtiofsd 1; then
	judge "virtiofsd of the crates registry behind QEMU" -e known/expect/virtiofsd-1.14.expect -d virtiofsd
fi
# The older QEMU has no front end for these, or ends with them.
if [ $has_newer -eq 0 ]; then
	behind vhost-device-console --program "$newer"
	# Nobody here has a driver for these.
	ends=4 behind vhost-device-scmi --program "$newer"
	ends=4 behind vhost-device-sound --program "$newer"
	without dpdk-testpmd 1 || judge "DPDK behind QEMU" --program "$newer" \
		-e known/expect/dpdk-24.11.expect -d dpdk-net -d dpdk-net-peer
else
	skip "vhost-device-console, -scmi, -sound and DPDK: $newer" 4
fi
sum_up others
