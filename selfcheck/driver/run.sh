#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Watches the driver of the suite (docs/driver.md): breaches that are planted have to be seen, and the tests,
# on the devices that a user's run has, may commit none that they do not declare.
# usage: run.sh BUILD [vp.words …]
set -uo pipefail
. "$(dirname "$0")/../lib.sh"

build=$1
shift
words=$*
log=$(mktemp "${TMPDIR:-/tmp}/virtproof-driver.XXXXXX")
trap 'rm -f "$log"' EXIT

text() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$2"; }
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" <<<"$2"; }

timeout -k 3 120 "${qemu[@]}" -M q35 -accel tcg -m 128 -smp 2 -serial stdio \
	-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug vp.format=json vp.planted" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
	-device virtio-blk-pci,drive=null,packed=on -device virtio-rng-pci,packed=on >"$log" 2>/dev/null
while read -r record; do
	[[ $record == *'"seen":true'* ]]
	verdict $? "$(text clause "$record"), broken on purpose, is seen under its name alone"
done < <(grep '^{"type":"planted",' "$log")
summary=$(grep '^{"type":"planted_summary",' "$log")
[ -n "$summary" ] && [ "$(number planted "$summary")" -ge 10 ]
verdict $? "at least ten breaches are planted"

# watched WHAT OPTIONS …: a run of the program with the watch in place commits no breach.
watched() {
	local what=$1 record summary breaches
	shift
	"$build/virtproof" run --image="$build/virtproof-selfcheck.elf" --expect=none --quiet --log="$log" \
		"$@" --append "vp.watch $words" >/dev/null 2>&1
	while read -r record; do
		[[ $record == *'"declared":true'* ]] && continue
		verdict 1 "$(text clause "$record"): $(text suite "$record").$(text test "$record") on $(text device "$record") [$(text variant "$record")]: $(text what "$record")"
	done < <(grep '^{"type":"breach",' "$log")
	summary=$(grep '^{"type":"watch",' "$log")
	breaches=$(number breaches "$summary")
	[ "${breaches:-1}" -eq 0 ]
	verdict $? "$what: ${breaches:-?} breaches, $(number declared "$summary") declared ones, $(number met "$summary") of $(number rules "$summary") rules met"
}

watched 'the devices of a user'
watched 'many devices, packed rings too' -d blk-scratch,packed=on -d blk-kept,num-queues=2 -d net-hub,packed=on \
	-d net-hub -d net-dgram -d rng,packed=on -d console -d scsi,packed=on -d balloon-hints -d keyboard -d tablet
sum_up test-driver
