#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Judges implementations other than this machine's QEMU: what they violate is what known/expect says. What
# is not here and does not come quickly is skipped; with "all" the crates are built, which takes minutes.
# usage: run.sh BUILD [all]
set -uo pipefail

build=$1
here=$(dirname "$0")
. "$here/../lib.sh"
cache=$build/others
PATH=$(realpath -m "$cache/crates/bin"):$PATH
log=$(mktemp "${TMPDIR:-/tmp}/virtproof-others.XXXXXX")
trap 'rm -f "$log"' EXIT

judge() { # judge NAME OPTION…: a run in which nothing is unexpected
	local name=$1 status
	shift
	timeout -k 3 240 "$build/virtproof" run -q "$@" >"$log" 2>&1
	status=$?
	verdict "$status" "$name is as expected ($(grep -E '^all ' "$log" | tr -s ' ' | cut -d' ' -f2-4 |
		sed 's, ,/,g') pass/fail/warn)"
	[ "$status" -eq 0 ] || grep -vE '^($|clauses|device|all|[0-9:.]+ )' "$log" | sed 's/^/  /'
}

# A QEMU that is years younger than the one that every other check takes.
newer=$("$here/newer_qemu.sh" "$cache/qemu")
if [ $? -eq 0 ]; then
	judge "a newer QEMU" --program "$newer"
	judge "a newer QEMU, other types" --program "$newer" -d scsi -d keyboard -d balloon
	judge "a newer QEMU, in order" --program "$newer" -d net-hub,in_order=on -d net-hub,in_order=on
else
	skip "a newer QEMU: $newer" 3
fi

if [ "${2:-}" = all ]; then
	"$here/crates.sh" "$cache/crates"
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
if ! without vhost-device-vsock 1; then
	judge "vhost-device-vsock behind QEMU" -e none -d vhost-device-vsock
fi
sum_up others
