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
logs=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-driver.XXXXXX")
trap 'rm -rf "$logs"' EXIT
runs=()

number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" <<<"$2"; }

limited 120 "${qemu[@]}" -M q35 -accel tcg -m 128 -smp 2 -serial stdio \
	-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug vp.format=json vp.planted" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
	-netdev hubport,id=hub,hubid=0 -device virtio-blk-pci,drive=null,packed=on -device virtio-rng-pci,packed=on \
	-device virtio-net-pci,netdev=hub >"$logs/planted" 2>/dev/null &
limited 120 "${qemu[@]}" -M microvm,acpi=on -global virtio-mmio.force-legacy=false -accel tcg -m 128 -serial stdio \
	-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug vp.format=json vp.planted" \
	-device virtio-rng-device >"$logs/planted-mmio" 2>/dev/null &

# watch WHAT WORDS OPTIONS …: begins a run of the program with the watch in place.
watch() {
	local log=$logs/${#runs[@]} own=$2
	runs+=("$1")
	shift 2
	"$build/virtproof" run --image="$build/virtproof-selfcheck.elf" --expect=none --quiet --log="$log" \
		"$@" --append "vp.watch $own $words" >/dev/null 2>&1 &
}

# judge NUMBER: the run has committed no breach.
judge() {
	local log=$logs/$1 record summary breaches
	while read -r record; do
		[[ $record == *'"declared":true'* ]] && continue
		verdict 1 "$(text clause "$record"): $(text suite "$record").$(text test "$record") on $(text device "$record") [$(text variant "$record")]: $(text what "$record")"
	done < <(grep '^{"type":"breach",' "$log")
	summary=$(grep '^{"type":"watch",' "$log")
	breaches=$(number breaches "$summary")
	[ "${breaches:-1}" -eq 0 ]
	verdict $? "${runs[$1]}: ${breaches:-?} breaches, $(number declared "$summary") declared ones, $(number met "$summary") of $(number rules "$summary") rules met"
}

watch 'the devices of a user' ""
watch 'many devices, packed rings too' "" -d blk-scratch,packed=on -d blk-kept,num-queues=2 -d net-hub,packed=on \
	-d net-hub -d net-dgram -d rng,packed=on -d console -d scsi,packed=on -d balloon-hints -d keyboard -d tablet -d gpu,packed=on
# With QEMU's crypto device a machine cannot be migrated, which hints of balloons take.
watch 'a crypto device' "" -d crypto,packed=on
watch 'features that no device here has' "vp.pretend vp.tests=ring.*,interrupt.*" -d blk-scratch,packed=on -d rng,packed=on
watch 'devices over MMIO' "" --machine microvm -d rng -d blk-scratch

wait
while read -r record; do
	[[ $record == *'"seen":true'* ]]
	verdict $? "$(text clause "$record"), broken on purpose, is seen under its name alone"
done < <(grep -h '^{"type":"planted",' "$logs/planted" "$logs/planted-mmio")
grep -q '^{"type":"planted_summary",' "$logs/planted" && grep -q '^{"type":"planted_summary",' "$logs/planted-mmio"
verdict $? "a breach is planted of each rule that can be watched"
for n in "${!runs[@]}"; do
	judge "$n"
	grep '^{"type":"unmet",' "$logs/$n" | sort -u >>"$logs/unmet"
done
unmet_ever=$(sort "$logs/unmet" | uniq -c | awk -v runs="${#runs[@]}" '$1 == runs' | grep -o 'DRIVER-[A-Z]*-[0-9]*')
[ -z "$unmet_ever" ]
verdict $? "each rule has something to do with one of the runs${unmet_ever:+, but $unmet_ever}"
sum_up test-driver
