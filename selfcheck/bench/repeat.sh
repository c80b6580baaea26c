#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the interrupt lab several times with its default samples and says how far the medians of the runs are
# apart. Means something on an idle machine only: the runs say when they were disturbed.
# usage: repeat.sh BUILD [RUNS]
set -uo pipefail

build=$1
runs=${2:-5}
. "$(dirname "$0")/../lib.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-repeat.XXXXXX")
trap 'rm -rf "$work"' EXIT

for ((n = 1; n <= runs; n++)); do
	begin=$(date +%s%N)
	limited 120 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial stdio \
		-kernel "$build/virtproof.elf" -append "vp.exit=debug vp.format=json vp.bench=interrupt" \
		-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
		-device virtio-blk-pci,drive=null,addr=1 -device virtio-rng-pci,addr=2 >"$work/$n"
	status=$?
	echo "run $n: $((($(date +%s%N) - begin) / 1000000)) ms, status $status," \
		"$(grep -c '"type":"note".*disturbed' "$work/$n") times disturbed"
done

awk -v runs="$runs" '
function text(key) {
	match($0, "\"" key "\":\"[^\"]*\"")
	return substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 5)
}
/^\{"type":"measure"/ && match($0, /"p50":[0-9]+/) {
	median = substr($0, RSTART + 6, RLENGTH - 6) + 0
	name = text("device") " " text("name")
	if (!(name in count)) {
		names[++figures] = name
		least[name] = median
	}
	count[name]++
	least[name] = median < least[name] ? median : least[name]
	most[name] = median > most[name] ? median : most[name]
	list[name] = list[name] " " median
}
END {
	for (n = 1; n <= figures; n++) {
		name = names[n]
		ratio = least[name] ? most[name] / least[name] : 0
		printf "%6.2f  %-48s%s\n", ratio, name, list[name]
	}
}' "$work"/*
