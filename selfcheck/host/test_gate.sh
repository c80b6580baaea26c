#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Gates: less judged than before or than agreed, expectations that fit better, tests that must not be run.
. "$(dirname "$0")/common.sh"

cd "$folder" || exit 1

# A run that judges less than an earlier one does not pass.
run_stand_in -q --log before.log
run_stand_in -q --baseline before.log
expect "a run that judges as much as before passes" status_is 0
run_stand_in -q --baseline before.log --report less.tap -- --tests 9
expect "a run that judges less does not" status_is 1
expect "the tests are named" says "lost: 3 tests are judged no more: device.number_11 [00:03.0 blk] split, interrupt.number_10 [00:04.0 net] split, transport.number_12"
expect "the clauses are, too" says "lost: 3 clauses are judged no more: DEMO-10, DEMO-11, DEMO-12"
expect "documents have it" grep -q "^not ok .*lost: 3 tests are judged no more" less.tap
run_stand_in --baseline before.log --log chance.log -- --balk 5 --once "$folder/marker"
expect "what is skipped by chance is tried once more" status_is 0
expect "and that is told" says "fresh boot  for 1 tests of 00:03.0 that were skipped, and judged before"
virtproof report chance.log -f tap >out
expect "the records have it judged" [ "$(grep -c "^ok .*ring.number_5" out)/$(grep -c SKIP out)" = 1/0 ]
run_stand_in --baseline before.log -- --balk 5
expect "what is skipped again is lost" status_is 1
expect "and is named" says "lost: 1 test is judged no more: ring.number_5 [00:03.0 blk] split"
run_stand_in --baseline before.log -- --balk 5 --once "$folder/marker-2" --fail 5
expect "a failure of what is tried once more is one" eval "status_is 1 && says 'unexpected: DEMO-5'"
run_stand_in -q --log many.log -- --tests 24
run_stand_in --baseline many.log -- --tests 24 --skip 2
expect "what is skipped by one cause is not tried once more" [ "$(grep -c "fresh boot" out)" = 0 ]
run_stand_in -- --balk 5 --once "$folder/marker-3"
expect "without an earlier run nothing is" [ "$(grep -c "fresh boot" out)" = 0 ]
sed 's/"0x10130006e54"/"0x10130006e74"/' before.log >more.log
run_stand_in -q --baseline more.log
expect "a feature that went is named" says "lost: the device 00:03.0 (blk) offers the features 0x20 no more"
run_stand_in -q --name other --baseline before.log
expect "a baseline of one job may have another name" status_is 0
virtproof merge -o two.log before.log before.log
sed -i '0,/stand-in-default-default/s//another/' two.log
run_stand_in -q --name other --baseline two.log
expect "of many jobs one has to have the name" says "two.log: holds no job named 'other'"
expect "a baseline that has not ends with 2" status_is 2
run_stand_in -q --baseline missing.log
expect "a baseline that is missing ends with 2" status_is 2
run_stand_in -q --baseline before.log --log before.log
expect "a baseline is not written over" says "before.log: would be written over, and is read"

# Floors.
floor() { # floor STATUS LINE OPTION…
	local wanted=$1 line=$2
	shift 2
	printf "$line\n" >floors
	run_stand_in -q --expect floors "$@"
	expect "${line//$'\t'/ } ends with $wanted" status_is "$wanted"
}
floor 0 'floor\t*\t*\t12 tests\tall'
floor 1 'floor\t*\t*\t13 tests\tall'
expect "a floor is named with what there was" says "lost: 12 tests were judged: floor"
floor 0 'floor\tblk\t*\t6 tests\tall'
floor 1 'floor\tblk\t*\t7 tests\tall'
floor 0 'floor\t*\t*\t12 clauses\tall'
floor 1 'floor\t*\t*\t13 clauses\tall'
floor 0 'floor\tblk\t*\t0x10130006e54 features\tas offered'
floor 1 'floor\tblk\t*\t0x10130006e55 features\tone more'
expect "a feature that is not there is named" says "lost: the device 00:03.0 (blk) does not offer the features 0x1: floor"
floor 1 'floor\tscsi\t*\t0x1 features\tno such device'
floor 0 'floor\t*\t*\t13 tests\tall' -t '*.number_2'
for line in 'floor\t*\t*\tmany tests\tx' 'floor\t*\t*\t0 tests\tx' 'floor\tblk\t*\t1 clauses\tx' 'floor\t*\tsplit\t1 tests\tx'; do
	floor 2 "$line"
	expect "${line//$'\t'/ } is explained" says "floors, line 1: a floor is N tests of a device"
done

# What must not be run is not.
printf 'device.number_3\t*\t*\tskip\tkills the host\n' >omit
run_stand_in --expect omit --log omit.log -- --crash 3
expect "what must not be run is not" status_is 0
expect "that is told, and why" says "not run, as expected: device.number_3: kills the host"
expect "the others are" [ "$(grep -c '^pass ' out)" = 11 ]
printf 'device.number_3\t*\t*\tskip\tkills the host\nDEMO-5\t*\t*\tviolated\tgone\n' >omit
run_stand_in --expect omit
expect "the run is still one of everything: what is stale is told" says "expected to fail, but did not; remove it: DEMO-5"
run_stand_in --expect omit -A 'vp.skip=ring.number_1' -- --crash 3 --crash-at-end 0
expect "the user's own omissions count, too" [ "$(grep -c '^pass ' out)" = 10 ]
for line in 'DEMO-3\t*\t*\tskip\tx' 'device.number_3\tblk\t*\tskip\tx' 'device.number_3\t*\tsplit\tskip\tx'; do
	printf "$line\n" >omit
	run_stand_in --expect omit
	expect "${line//$'\t'/ } is refused" says "omit, line 1: what is to be skipped is a test, on any device"
done

# An entry that names more than what was seen: the same test goes well on a device that it names as well.
{
	echo '{"type":"run","schema":1}'
	for device in 00:03.0 00:04.0; do
		at="\"suite\":\"ring\",\"test\":\"wrap\",\"device\":\"$device\",\"variant\":\"split\""
		echo "{\"type\":\"device\",\"bdf\":\"$device\",\"name\":\"rng\",\"features_offered\":\"0x1\"}"
		echo "{\"type\":\"start\",$at,\"n\":${device:4:1},\"of\":2}"
		[ $device = 00:04.0 ] || echo "{\"type\":\"check\",\"clause\":\"A-1\",\"level\":\"MUST\",$at,\"message\":\"x\"}"
		echo "{\"type\":\"test\",$at,\"verdict\":\"$([ $device = 00:04.0 ] && echo pass || echo fail)\",\"because\":\"check\",\"reason\":\"A-1\"}"
	done
	echo '{"type":"summary"}'
} >records
printf '[vmm]\ncommand=cat {directory}/../records\nimage=none\n[machine *]\n[accelerator *]\n' >printing.ini
broad() { # broad LINE
	printf "$1\n" >broad
	status=0
	TMPDIR=$folder virtproof run -q --confirm 0 --vmm ./printing.ini --expect broad >out 2>&1 || status=$?
}
broad 'A-1\t00:03.0\t*\tviolated\tknown'
expect "what is narrow enough gets no note" [ "$(grep -c broader out)" = 0 ]
broad 'A-1\t*\t*\tviolated\tknown'
expect "an entry that is too broad is named" says "note: broader than what was seen, ring.wrap [00:04.0 rng] split passed: A-1"
expect "which fails nothing" says "1 failed as expected"
broad 'A-1\t*\t*\tviolated?\tknown'
expect "unless it says so" [ "$(grep -c broader out)" = 0 ]

# What was judged with which rings, and what one word more would have had judged.
{
	echo '{"type":"run","schema":1}'
	n=0
	told() { # told DEVICE VARIANT TEST VERDICT REASON
		local at="\"suite\":\"ring\",\"test\":\"$3\",\"device\":\"$1\",\"variant\":\"$2\""
		n=$((n + 1))
		echo "{\"type\":\"start\",$at,\"n\":$n,\"of\":8}"
		echo "{\"type\":\"test\",$at,\"verdict\":\"$4\",\"reason\":\"$5\"}"
	}
	for device in 00:03.0 00:04.0; do
		echo "{\"type\":\"device\",\"bdf\":\"$device\",\"name\":\"blk\",\"features_offered\":\"0x1\"}"
	done
	told 00:03.0 split+msix wrap pass ""
	told 00:03.0 split+intx wrap pass ""
	told 00:03.0 packed+msix wrap pass ""
	told 00:03.0 split data skip "not scratch"
	told 00:04.0 split data skip "not scratch"
	told 00:04.0 split line skip "no pin"
	told 00:04.0 split wrap skip "here not"
	told 00:03.0 packed skipped skip "not offered"
	echo '{"type":"summary"}'
} >records
printf '[device blk]\n[device blk-scratch]\n' >>printing.ini
TMPDIR=$folder virtproof run -q --vmm ./printing.ini -d blk -d blk-scratch >out 2>&1
expect "it is told what was judged with which rings" grep -qx "judged with rings: split 2, packed 1" out
expect "and why most was skipped that no device was judged by" grep -qx "not judged on any device, 2 times: not scratch" out
expect "devices have the names by which they were asked for" grep -q "^00:04.0  *blk-scratch  *0" out

# How deep each device was judged, and what was not judged at all.
depths() { # depths WORDS DEVICES OPTION…: a run with these words of the devices, of tests that deep() tells of
	n=0 of=
	of=$(deep | grep -c start)
	{
		echo "{\"type\":\"run\",\"schema\":1,\"cmdline\":\"$1\"}"
		n=0
		for one in iommu:none foo:described rng:own; do
			echo "{\"type\":\"device\",\"bdf\":\"${one%:*}\",\"name\":\"${one%:*}\",\"features_offered\":\"0x1\",\"workload\":\"${one#*:}\"}"
		done | grep "\"bdf\":\"\($2\)\""
		deep
		echo '{"type":"summary"}'
	} >records
	status=0
	TMPDIR=$folder virtproof run -q --vmm ./printing.ini -d none "${@:3}" >out 2>&1 || status=$?
}
suite() { # suite NAME DEVICE VERDICT
	local at="\"suite\":\"$1\",\"test\":\"t$((n + 1))\",\"device\":\"$2\",\"variant\":\"split\""
	n=$((n + 1))
	echo "{\"type\":\"start\",$at,\"n\":$n,\"of\":$of}"
	echo "{\"type\":\"test\",$at,\"verdict\":\"$3\",\"reason\":\"a reason\"}"
}
deep() {
	suite transport iommu pass
	suite lifecycle iommu pass
	suite ring iommu pass
	suite interrupt iommu skip
}
depths "" iommu --report deep.tap --report deep.xml --report deep.md --report deep.json
expect "a run that judged the transport alone has a status of its own" status_is 4
expect "and says so last" [ "$(tail -1 out)" = "nothing but the transport was judged of any device" ]
expect "registers of rings are of the transport" grep -qx "iommu  *iommu  *3  not judged  *not judged" out
expect "why is told" says "not judged: behaviour of iommu (iommu): no workload for iommu, and no test of the type; nor were its rings and interrupts"
expect "TAP fails by it" grep -q "^not ok .*not judged: nothing but the transport" deep.tap
expect "JUnit, too" grep -q '<failure type="not judged" message="nothing but the transport' deep.xml
expect "and has it as a property" grep -q '<property name="not judged" value="behaviour of iommu' deep.xml
expect "Markdown has it" grep -q "^- .*behaviour of iommu (iommu): no workload" deep.md
expect "and how deep it was" grep -q "| iommu | iommu | 3 | 0 | 0 |" deep.md
expect "JSON has both" [ "$(jq -c '.jobs[0] | [.devices[0].judged_by, (.unjudged | length)]' deep.json)" = '[{"transport":3,"rings":0,"behaviour":0},1]' ]
depths "" iommu --github
expect "GitHub gets a warning" grep -q "^::warning title=not judged::behaviour of iommu (iommu): no workload" out
depths "" iommu --exit bisect
expect "for bisection that is not judged" status_is 125
depths "" iommu --exit automake
expect "for automake it is an error" status_is 99
depths "vp.tests=transport.*" iommu
expect "a run of chosen tests has no such status" status_is 0
expect "and no table" [ "$(grep -c "judged" out)" = 1 ]
printf 'floor\t*\t*\t3 tests\tnobody has a driver\n' >floors
depths "" iommu -e floors
expect "a floor of tests agrees to it" status_is 0
expect "what is not judged is told all the same" says "not judged: behaviour of iommu"
printf 'floor\t*\t*\t0x1 features\toffered\n' >floors
depths "" iommu -e floors
expect "one of features does not" status_is 4
printf 'floor\tblk*\t*\t1 tests\tanother\n' >floors
depths "" iommu -e floors
expect "what a floor lost is worse" status_is 1
deep() {
	suite transport iommu pass
	suite transport foo pass
	suite ring foo pass
	suite persona foo pass
	suite transport rng pass
	suite ring rng pass
	suite rng rng pass
	suite rng rng skip
}
depths "" 'iommu\|foo\|rng'
expect "what went deeper with any device is as expected" status_is 0
expect "requests that were described are told to be" grep -qx "foo  *foo  *1  2 (described)  *not judged" out
expect "in words, too" says "not judged: behaviour of foo (foo): no test of the type; its rings and interrupts were judged, by requests that were described"
expect "a type that has all is told once" [ "$(grep -c rng out)" = 2 ]
deep() {
	suite ring rng pass
	suite rng rng skip
}
depths "" rng
expect "tests of a type that were all skipped are no behaviour" \
	says "not judged: behaviour of rng (rng): none of 1 test of the type came to a verdict, the first because: a reason"
expect "rings are more than the transport" status_is 0

# Changes are shown; what nobody has explained stays visible.
printf 'DEMO-1\tblk\t*\tviolated\tgone\n# kept\n' >changing
run_stand_in -q --expect changing --update=changing -- --fail-from 7
expect "what goes is shown" says "-DEMO-1	blk	*	violated	gone"
expect "what comes is shown" says "+DEMO-7@device.number_7	blk	*	fail	not explained yet: the number is 7"
expect "the file has it" grep -q "^DEMO-7@device.number_7	blk" changing
run_stand_in -q --expect changing -- --fail-from 7
expect "with it the run is as expected" status_is 0
expect "what nobody explained is counted" says "6 accepted without a reason (changing)"
run_stand_in -q --update -- --fail 3
expect "without a file changes are only shown" says "+DEMO-3@device.number_3"

# A VMM's own repository comes first, and what fits better is proposed.
mkdir -p own/.virtproof own/deep/er
printf 'DEMO-3\tblk\t*\tviolated\tour bug 7\n' >own/.virtproof/stand-in.expect
cd own/deep/er || exit 1
run_stand_in -q -- --fail 3
expect "expectations of the own repository are found from below" status_is 0
expect "they are named" says "1 failed as expected ($folder/own/.virtproof/stand-in.expect)"
mv ../../.virtproof/stand-in.expect ../../.virtproof/other-2.expect
run_stand_in -q -- --fail 3 --warn 5
expect "what would explain it is proposed" says "note: $folder/own/.virtproof/other-2.expect explains 1 of the 1 that are unexpected"
expect "it is not used unasked" status_is 1
cp ../../.virtproof/other-2.expect ../../.virtproof/stand-in-9.expect
run_stand_in -q -- --fail 3 --warn 5
expect "of the VMM's own files one of another version is" says "note: $folder/own/.virtproof/stand-in-9.expect explains 1 of the 1"
echo '# nothing' >../../.virtproof/stand-in-9.expect
run_stand_in -q -- --fail 3 --warn 5
expect "beside them another VMM's is not" [ "$(grep -c "explains" "$folder/out")" = 0 ]
rm ../../.virtproof/stand-in-9.expect
run_stand_in -q -e none -- --fail 3
expect "nothing is proposed to who wants none" [ "$(grep -c "explains" "$folder/out")" = 0 ]
