#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# virtproof compare: what it says of runs that differ, of runs that do not, of runs that cannot be
# compared.
. "$(dirname "$0")/common.sh"

# runs NAME OPTION…: five runs, put together in $folder/NAME. Their noise is the same each time.
seed=0
runs() {
	local name=$1 i
	shift
	for i in 1 2 3 4 5; do
		seed=$((seed + 1))
		run_stand_in -q --log "$folder/run$i.log" -- --samples 1000 --seed $seed "$@"
	done
	# How long the host takes to start a process is not what is tried here.
	sed -i "/boot to the first record/d" "$folder"/run[1-5].log
	virtproof merge -o "$folder/$name" "$folder"/run[1-5].log
}

compare() {
	status=0
	virtproof compare "$@" >"$folder/out" 2>&1 || status=$?
}

lacks() {
	! says "$1"
}

runs usual
runs again
runs slow --factor 110 --fail 3

compare --gate 5 "$folder/usual" "$folder/again"
expect "runs of the same do not differ" status_is 0
expect "that is said first" says "figures: B is no worse than A, as far as these runs can tell; smallest change that would have been seen: end to end "
expect "with what would have been seen" grep -q "requests a second [0-9]* %" "$folder/out"
compare --gate 5 "$folder/usual" "$folder/slow"
expect "slower runs do not pass the gate" status_is 1
expect "a test that fails now is named" says "worse: pass -> fail  device.number_3 [00:03.0 blk] split"
expect "more nanoseconds are worse" grep -q "^end to end t3-t0 halted .* p50 .*+10.0 %.* WORSE$" "$folder/out"
expect "fewer requests a second are worse" grep -q "^blk.read.random.requests depth=4 .* -.* WORSE$" "$folder/out"
expect "the answer says it in a sentence" says "figures: B is worse: end to end t3-t0 halted of 00:03.0 at the median is 1.1 times A's (20 us -> 22 us), "
compare --gate 15 "$folder/slow" "$folder/usual"
expect "faster runs pass the gate" status_is 0
compare "$folder/slow" "$folder/usual"
expect "faster runs are better" grep -q "p50 .* better$" "$folder/out"
expect "that is said" says "figures: B is better: end to end t3-t0 halted of 00:03.0 at the median is 0.909 times"
grep -v '"type":"test"' "$folder/slow" >"$folder/figures"
grep -v '"type":"test"' "$folder/usual" >"$folder/usual-figures"
compare --gate 15 "$folder/usual-figures" "$folder/figures"
expect "the gate lets a smaller difference through" status_is 0
compare "$folder/usual-figures" "$folder/figures"
expect "without one it is 5 %" status_is 1
compare "$folder/run1.log" "$folder/run2.log"
expect "one run a side can tell nothing" says "too few runs to tell anything: 5 on each side can"
expect "and that is no fault of B's" status_is 0
compare --gate 5 "$folder/run1.log" "$folder/run2.log"
expect "but a gate for figures does not let it through" status_is 2
expect "in a sentence" says "virtproof: --gate: by these records no figure can be judged"
for name in usual again; do
	sed "s/\"name\":\"stand-in-/\"name\":\"other-/" "$folder/$name" | cat "$folder/$name" - >"$folder/$name-two"
done
compare --gate 5 "$folder/usual-two" "$folder/again-two"
expect "of two jobs together it takes more runs" says "too few runs to tell anything: 6 on each side can"
expect "a gate does not let them through either" status_is 2

# What each was told.
run_stand_in -q -d blk,packed=on -d served --log "$folder/told" -- --tests 12
run_stand_in -q -d blk -d served --log "$folder/told-less" -- --tests 11
compare "$folder/told" "$folder/told-less"
expect "what only one was told is named" says "only A was told: --device blk,packed=on --tests 12"
expect "of both" says "only B was told: --device blk --tests 11"
compare "$folder/told" "$folder/told"
expect "what both were told is not" [ "$(grep -c "was told" "$folder/out")" = 0 ]

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
expect "other features are compared anyway" grep -q "^end to end t3-t0 halted .* no difference shown" "$folder/out"
sed 's/depth=4"/depth=8"/' "$folder/again" >"$folder/other"
compare "$folder/usual" "$folder/other"
expect "another depth is not compared" grep -q "not compared: blk.read.random.requests depth=8 .*only B has it" "$folder/out"
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

# Runs that call themselves disturbed are not counted.
sed '/"type":"job"/a {"type":"note","text":"disturbed: 9.9 % of its time was stolen"}' "$folder/slow" >"$folder/disturbed"
compare "$folder/usual" "$folder/disturbed"
expect "disturbed runs are left out, with a reason" says "not compared: run 1 of B: disturbed: 9.9 % of its time was stolen"
expect "and nothing is judged by them" lacks "WORSE"
compare --anyway "$folder/usual" "$folder/disturbed"
expect "unless they are compared anyway" grep -q "WORSE$" "$folder/out"

# Measured now.
stand_in="$here/stand-in.ini --program $build/host/stand-in -- --samples 1000"
compare --run "$stand_in" "$stand_in" -- -c 2
expect "two VMMs that are the same" status_is 0
expect "A is measured against A first" [ "$(head -1 "$folder/out")" = "A against A: 5 rounds" ]
expect "nothing is suspected, and it ends by itself" grep -q "^A and B: rounds 1 to 5$" "$folder/out"
expect "no more rounds are made" lacks "may differ"
compare --run --logs "$folder/kept" "$stand_in" "$stand_in --factor 130"
expect "one that is worse is found" status_is 1
expect "in a sentence" says "B is worse: end to end t3-t0 halted of 00:03.0 at the median is 1.3 times A's (20 us -> 26 us)"
expect "the records are kept" [ "$(grep -l '"type":"end"' "$folder"/kept/*.log | wc -l)" -eq 20 ]
compare --run --gate 40 "$stand_in" "$stand_in --factor 130"
expect "unless that is less than what counts" status_is 0
compare --run "$stand_in" "$stand_in --disturbed --once $folder/once"
expect "a run that was disturbed is repeated" status_is 0
expect "and has no part in the answer" lacks disturbed
compare --run --time-limit 1s "$stand_in" "$stand_in --disturbed"
expect "where all are, nothing can be told" status_is 2
expect "that is said" grep -q "^figures: no figure of B could be judged; left out, since they call themselves disturbed: [0-9]* runs\?\.$" "$folder/out"
compare --run --time-limit 1s "$stand_in --pace 20" "$stand_in --pace 20"
expect "where the time does not do, that is said" says "the time was over after 0 of 5 rounds: a run takes "
expect "and is trouble" status_is 2
compare --run --time-limit 1s "$stand_in --pace 20 --disturbed" "$stand_in"
expect "the time for repeated runs is in what it takes" \
	awk '/^the time was over after 0 of 5/ && match($0, /--time-limit [0-9]+/) { takes = substr($0, RSTART + 13) + 0 } END { exit !(takes > 10) }' "$folder/out"
compare --run "$stand_in" "$stand_in --crash-at-end 1"
expect "a run that fails ends it, in its own words" says "a run of $stand_in --crash"
expect "and that is trouble" status_is 2
compare --run "$stand_in" "$stand_in --fail 3"
expect "what fails with B alone is worse" says "worse: pass -> fail  device.number_3 [00:03.0 blk] split"
expect "and fails" status_is 1
compare --run "$stand_in"
expect "one VMM is not enough" says "compare --run takes two VMMs"
compare --run ./nowhere ./nothing
expect "a program that is not there is named" says "./nowhere"

# One whose every other two runs are slow: the second A, in turns with the first, is.
cat >"$folder/unsteady" <<END
#!/bin/sh
n=\$(cat "$folder/count" 2>/dev/null || echo 0)
echo \$((n + 1)) >"$folder/count"
case \$((n % 4)) in 1 | 2) factor=150 ;; *) factor=100 ;; esac
exec "$build/host/stand-in" "\$@" --factor \$factor
END
chmod +x "$folder/unsteady"
unsteady="$here/stand-in.ini --program $folder/unsteady -- --samples 1000"
compare --run "$unsteady" "$unsteady"
expect "a figure by which A differs from itself is named" \
	says "A differs from itself, and is not judged by it: end to end t3-t0 halted  00:03.0  split  p50"
expect "and is not judged" grep -q "^end to end t3-t0 halted .* p50 .* not judged$" "$folder/out"
expect "so that B is not better for it" lacks "B is better"

# Ten percent of next to nothing are nothing: 200 and 220 ns.
for name in usual slow; do
	grep -v '"type":"test"\|\.requests ' "$folder/$name" | sed 's/"p50":\([0-9]*\)00,/"p50":\1,/; s/"p99":[0-9]*/"p99":1/' >"$folder/small-$name"
done
compare "$folder/small-usual" "$folder/small-slow"
expect "a difference has to count by itself, too" grep -q "^end to end t3-t0 halted .* 200 .* 220 .*+10.0 %.* p 0.0079 .* no difference shown$" "$folder/out"
expect "or it is none" status_is 0
