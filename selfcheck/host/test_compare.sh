#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# virtproof compare: what it says of runs that differ, of runs that do not, of runs that cannot be
# compared.
. "$(dirname "$0")/common.sh"

# runs NAME OPTION…: five runs, put together in $folder/NAME. Their noise is the same each time: one that is chosen by chance
# is taken for a difference once in a while, as it should.
seed=0
runs() {
	local name=$1 i
	shift
	for i in 1 2 3 4 5; do
		seed=$((seed + 1))
		run_stand_in -q --log "$folder/run$i.log" -- --samples 1000 --seed $seed "$@"
	done
	virtproof merge -o "$folder/$name" "$folder"/run[1-5].log
}

compare() {
	status=0
	virtproof compare "$@" >"$folder/out" 2>&1 || status=$?
}

runs usual
runs again
runs slow --factor 110 --fail 3

compare --gate 5 "$folder/usual" "$folder/again"
expect "runs of the same do not differ" status_is 0
expect "that is said" says "0 differ: no difference shown"
compare --gate 5 "$folder/usual" "$folder/slow"
expect "slower runs do not pass the gate" status_is 1
expect "a test that fails now is named" says "worse: pass -> fail  device.number_3 [00:03.0 blk] split"
expect "more nanoseconds are worse" grep -q "p50 .*+10.0 %.*WORSE, beyond the gate" "$folder/out"
expect "fewer requests a second are worse" grep -q "^read depth=4 .* -.* WORSE, beyond the gate" "$folder/out"
compare --gate 15 "$folder/slow" "$folder/usual"
expect "faster runs pass the gate" status_is 0
expect "faster runs are better" grep -q "p50 .* better$" "$folder/out"
grep -v '"type":"test"' "$folder/slow" >"$folder/figures"
grep -v '"type":"test"' "$folder/usual" >"$folder/usual-figures"
compare --gate 15 "$folder/usual-figures" "$folder/figures"
expect "the gate lets a smaller difference through" status_is 0
compare "$folder/run1.log" "$folder/run2.log"
expect "one run a side judges no single figure" says "too few runs to judge"

# What is judged no more is told, and does not pass.
grep -v '"test":"number_7"' "$folder/again" | sed 's/"bdf":"00:04.0".*"0x10130bf8024"/"bdf":"00:04.0","name":"net","features_offered":"0x10130bf8004"/' >"$folder/less"
compare "$folder/usual" "$folder/less"
expect "a test that is not there any more is named" says "lost: pass -> not there  device.number_7 [00:03.0 blk] split"
expect "a feature that is not there any more is named" says "lost: the device 00:04.0 (net) offers the features 0x20 no more"
expect "what is judged no more does not pass" status_is 1
compare "$folder/less" "$folder/usual"
expect "a test that is new is named" says "changed: not there -> pass  device.number_7 [00:03.0 blk] split"
expect "what is judged now passes" status_is 0
sed '/"test":"number_7"/s/"verdict":"pass"/"verdict":"skip"/' "$folder/again" >"$folder/less"
compare "$folder/usual" "$folder/less"
expect "a test that is skipped now is named" says "lost: pass -> skip  device.number_7 [00:03.0 blk] split"
expect "what is skipped now does not pass" status_is 1
compare --anyway "$folder/usual" "$folder/less"
expect "unless it is compared anyway" status_is 0
sed '/"bdf":"00:04.0"/d' "$folder/again" >"$folder/less"
compare "$folder/usual" "$folder/less"
expect "a device that is not there any more is named" says "lost: the device 00:04.0 (net) is gone"

sed 's/0x10130006e54/0x10130006e74/' "$folder/again" >"$folder/other"
compare "$folder/usual" "$folder/other"
expect "other features are not compared" \
	says "the device offers features 0x10130006e54 in A and 0x10130006e74 in B"
compare --anyway "$folder/usual" "$folder/other"
expect "other features are compared anyway" says "6 compared"
sed 's/depth=4/depth=8/' "$folder/again" >"$folder/other"
compare "$folder/usual" "$folder/other"
expect "another depth is not compared" grep -q "not compared: read depth=8 .*only B has it" "$folder/out"
sed 's/"name":"blk"/"name":"scsi"/' "$folder/again" >"$folder/other"
compare "$folder/usual" "$folder/other"
expect "another device is not compared" says "the device is blk in A and scsi in B"
sed 's/"accelerator":"default"/"accelerator":"kvm"/' "$folder/again" >"$folder/other"
compare "$folder/usual" "$folder/other"
expect "another accelerator is not compared" says "the accelerator is default in A and kvm in B"
printf '{"type":"run"}\n' >"$folder/nothing"
compare "$folder/usual" "$folder/nothing"
expect "nothing in common is not comparable" status_is 2
compare "$folder/usual"
expect "one file is not enough" status_is 2
