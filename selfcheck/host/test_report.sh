#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The documents: each is taken by a reader of its format.
. "$(dirname "$0")/common.sh"

printf 'DEMO-4\tnet\t*\tviolated\tknown <bug> & "more" #12\thttps://example.org/12\n' >"$folder/known"
printf 'device.number_3\tblk\t*\tfail\tgone long ago\n' >>"$folder/known"

reports=(-r "$folder/a.tap" -r "$folder/a.xml" -r "$folder/a.json" -r "$folder/a.md" -r "$folder/a.html")
run_stand_in --log "$folder/a.log" --expect "$folder/known" "${reports[@]}" -- --fail 4 --crash 7
cp "$folder/out" "$folder/run"
expect "an unexpected crash beside an expected failure ends with 3" status_is 3
expect "an expected failure is told as such" says "expected: known <bug>"
expect "an expectation that did not come true is told" says "remove it: device.number_3"

prove_reads() {
	prove -e cat "$folder/a.tap" >"$folder/out" 2>&1
	grep -q "Failed tests:  7, 13" "$folder/out" && ! grep -q "Parse errors" "$folder/out"
}
expect "prove reads the TAP, and finds the crash and what is stale" prove_reads

valid() {
	xmllint --noout --schema "$here/junit.xsd" "$1" >"$folder/out" 2>&1
}
expect "the JUnit XML is valid" valid "$folder/a.xml"
expect "the JUnit XML counts 2 failures, 1 skipped" \
	grep -q 'tests="13" failures="2" errors="0" skipped="1"' "$folder/a.xml"
expect "the Markdown has a fault" grep -q '^### `vmm-died in device.number_7` on stand-in 1.2.3' "$folder/a.md"
expect "the JSON has one job" grep -q '^{"schema":1,"jobs":\[{"name":"stand-in-default-default"' "$folder/a.json"

virtproof report --expect "$folder/known" -o "$folder/b.tap" "$folder/a.log"
expect "a report of the log equals that of the run" cmp -s "$folder/a.tap" "$folder/b.tap"

run_stand_in -q -r "$folder/good.tap" -- --warn 5
prove_passes() {
	prove -Q -e cat "$folder/good.tap" >"$folder/out" 2>&1
}
expect "prove passes the TAP of a good run" prove_passes

# A fault that shows in many tests is one fault, over all jobs of a VMM, and is explained once.
for job in 1 2 3; do
	run_stand_in -q --name "job-$job" --log "$folder/many-$job.log" -- --fail-from 5 --warn 3
done
expect "a run tells a fault once" [ "$(grep -c "^unexpected: DEMO-5 (MUST): the number is 5" "$folder/out")" = 1 ]
expect "and in how many tests it was seen" says "seen in 8 tests on blk, net, first in ring.number_5 [00:03.0 blk] split"
expect "it counts both" says "8 failed unexpectedly: 1 fault"
expect "a warning that nobody foresaw is news" says "new warning: DEMO-3 (SHOULD): the number is 3"
printf 'DEMO-3\t*\t*\twarn\tknown\n' >"$folder/foreseen"
run_stand_in -q --expect "$folder/foreseen" -- --warn 3
expect "a warning that was foreseen is not" [ "$(grep -c "new warning" "$folder/out")" = 0 ]
for suffix in tap xml json md html; do
	virtproof report -o "$folder/many.$suffix" "$folder"/many-?.log
done
expect "Markdown has a fault of three jobs once" [ "$(grep -c '^### `DEMO-5`' "$folder/many.md")" = 1 ]
expect "and says where it was seen" grep -q "seen in 24 tests of 3 jobs on blk, net" "$folder/many.md"
expect "Markdown has a new warning" grep -q "^## New warnings" "$folder/many.md"
expect "the JUnit XML of many jobs is valid" valid "$folder/many.xml"
expect "the JUnit XML fails each test" [ "$(grep -c "<failure" "$folder/many.xml")" = 24 ]
expect "and explains a fault once" [ "$(grep -c "repeat: " "$folder/many.xml")" = 1 ]
expect "and says elsewhere where" [ "$(grep -c "explained at ring.number_5 \[00:03.0 blk\] split" "$folder/many.xml")" = 23 ]
expect "the TAP explains a fault once" [ "$(grep -c "explained at ring.number_5 \[00:03.0 blk\] split" "$folder/many.tap")" = 23 ]
expect "the JSON has two faults" perl -MJSON::PP -0777 -e \
	'my $faults = decode_json(<>)->{faults}; exit !(@$faults == 2 && @{$faults->[0]{sightings}} == 24)' "$folder/many.json"
# Of equal names readers of JUnit keep one.
for job in 1 2; do
	run_stand_in -q --log "$folder/same-$job.log" -- --fail 5
done
printf 'DEMO-1\tblk\t*\tviolated\tgone\nDEMO-3\tblk\t*\tviolated\tgone\n' >"$folder/gone"
virtproof report -e "$folder/gone" -o "$folder/same.xml" "$folder"/same-?.log
expect "no two suites have a name" [ -z "$(sed -n 's/.*<testsuite name="\([^"]*\)".*/\1/p' "$folder/same.xml" | sort | uniq -d)" ]
expect "no two tests have, of one class" [ -z "$(sed -n 's/.*<testcase name="\([^"]*\)" classname="\([^"]*\)".*/\2 \1/p' "$folder/same.xml" | sort | uniq -d)" ]
expect "there are all of them" [ "$(grep -c "<testcase" "$folder/same.xml")" = 28 ]
expect "properties say how a job was run" [ "$(grep -c '<property name="command" value="run --verbose .* -- --fail 5"/>' "$folder/same.xml")" = 2 ]
expect "and what the image was told" [ "$(grep -c '<property name="image words" value="[^"]*vp.format=json' "$folder/same.xml")" = 2 ]
expect "that is valid, too" valid "$folder/same.xml"

run_stand_in -q --log "$folder/taking.log" --fresh-boots 0 -- --fault 3 --fail 3
expect "what a fault took away stands beside it" says "4 tests could not be judged because of it"
run_stand_in -q -- --fault 3 --fail 3 --lasting
expect "also when no fresh boot could do without it" says "4 tests could not be judged because of it"

# What a hostile guest might print must not break out of a document.
cat >"$folder/hostile.log" <<'END'
{"type":"job","name":"<b>&\"]]>","vmm":"x","time":"2026-01-01T00:00:00"}
{"type":"check","clause":"A-1","level":"MUST","message":"</script><script>alert(1)</script> ]]> \u0001\u001b"}
{"type":"test","suite":"a|b","test":"#c\\","device":"<i>","variant":"\n","verdict":"fail","reason":"--> </pre>"}
{"type":"summary"}
END
virtproof report -o "$folder/hostile.xml" "$folder/hostile.log"
expect "hostile text stays text in XML" valid "$folder/hostile.xml"
virtproof report -o "$folder/hostile.tap" "$folder/hostile.log"
expect "hostile text stays text in TAP" grep -q 'a|b.\\#c\\\\ ' "$folder/hostile.tap"

run_stand_in -r "$folder/nothing.pdf"
expect "a report of no known format is refused" status_is 2
virtproof report /dev/null >"$folder/out" 2>&1
expect "a file without records is refused" says "holds no record"

# What the run was told to expect is expected of its records, too, where it is known.
cd "$folder" || exit 1
mkdir -p own/.virtproof elsewhere
printf 'DEMO-3\t*\t*\tfail\tknown\n' >own/.virtproof/mine.expect
printf 'DEMO-3\t*\t*\tfail\tof the VMM\n' >own/.virtproof/stand-in.expect
of_records() { # of_records FOLDER LOG: how many failures are expected, and why
	(cd "$1" && virtproof report -f json -o - "$2" | jq -rc '[.jobs[0].outcome.expected, .faults[0].expected]')
}
(cd own && run_stand_in -q -e .virtproof/mine.expect --log mine.log -- --fail 3)
expect "a report expects what the run was told to" [ "$(of_records own mine.log)" = '[1,"known"]' ]
expect "where it is not known, what is known of the VMM" [ "$(of_records elsewhere ../own/mine.log)" = '[0,null]' ]
(cd own && run_stand_in -q --confirm 0 -e none --log none.log -- --fail 3)
expect "and nothing where it was told nothing" [ "$(of_records own none.log)" = '[0,null]' ]
(cd own && run_stand_in -q --log usual.log -- --fail 3)
expect "else what is known of the VMM" [ "$(of_records own usual.log)" = '[1,"of the VMM"]' ]
sed -i 's|"expect":"mine.expect"|"expect":"../../../etc/passwd"|' own/mine.log
expect "a record names no file elsewhere" [ "$(of_records own mine.log)" = '[1,"of the VMM"]' ]
