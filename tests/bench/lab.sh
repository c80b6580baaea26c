#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the interrupt lab in a QEMU and checks that its figures are consistent in themselves: buckets sum
# to the count, quantiles are in order, no distribution of the device's path is missing.
# usage: lab.sh BUILD
set -uo pipefail

build=$1
log=$(mktemp "${TMPDIR:-/tmp}/virtproof-lab.XXXXXX")
trap 'rm -f "$log"' EXIT

timeout -k 3 120 qemu-system-x86_64 -M q35 -accel tcg -m 64 -smp 2 -nodefaults -display none \
	-no-reboot -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 \
	-kernel "$build/virtproof.elf" \
	-append "vp.exit=debug vp.format=json vp.bench=interrupt vp.samples=200 vp.patience=10000" \
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
	-device virtio-blk-pci,drive=null,addr=1 -device virtio-rng-pci,addr=2 >"$log"
status=$?

awk -v status="$status" '
function check(good, what) {
	if (good)
		passed++
	else {
		failed++
		print "test-lab: " what
	}
}
function number(key, at) {
	if (!match($0, "\"" key "\":[0-9]+"))
		return -1
	return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0
}
function text(key) {
	match($0, "\"" key "\":\"[^\"]*\"")
	return substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 5)
}
/^\{"type":"measure"/ && /"buckets":/ {
	name = text("device") " " text("name")
	list = $0
	sub(/.*"buckets":\[\[/, "", list)
	sub(/\]\].*/, "", list)
	count = split(list, buckets, /\],\[/)
	sum = 0
	for (n = 1; n <= count; n++) {
		split(buckets[n], bucket, ",")
		sum += bucket[2]
	}
	check(sum == number("count"), name ": buckets sum to " sum ", count is " number("count"))
	check(number("min") <= number("p50") && number("p50") <= number("p90") &&
	      number("p90") <= number("p99") && number("p99") <= number("max"),
	      name ": quantiles are out of order")
	if (name ~ /t3-t0|kick|injection/)
		check(number("count") == 200, name ": " number("count") " samples of 200")
	seen[text("name")]++
}
/^\{"type":"measure"/ && /end to end less its parts/ {
	match($0, /"value":[0-9.]+/)
	check(substr($0, RSTART + 8, RLENGTH - 8) <= 2, text("device") " " text("name") ": more than rounding")
}
/^\{"type":"note"/ && /disturbed/ { disturbed = 1 }
END {
	check(status == 1, "QEMU ended with status " status)
	check(seen["end to end t3-t0 spinning"] == 2, "not every device was measured spinning")
	check(seen["end to end t3-t0 halted"] == 2, "not every device was measured halted")
	check(seen["opening to handler closed"] == 2, "not every device was measured closed")
	check(seen["control cpuid"] == 1, "the controls were not taken once")
	if (disturbed)
		print "test-lab: the run was disturbed, as it says itself"
	printf "test-lab: %d passed, %d failed, 0 skipped\n", passed, failed
	exit failed > 0
}' "$log"
