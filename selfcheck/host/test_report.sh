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
expect "the Markdown has a failure" grep -q '^### `device.number_7' "$folder/a.md"
expect "the JSON has one job" grep -q '^{"schema":1,"jobs":\[{"name":"stand-in-default-default"' "$folder/a.json"

virtproof report --expect "$folder/known" -o "$folder/b.tap" "$folder/a.log"
expect "a report of the log equals that of the run" cmp -s "$folder/a.tap" "$folder/b.tap"

run_stand_in -q -r "$folder/good.tap" -- --warn 5
prove_passes() {
	prove -Q -e cat "$folder/good.tap" >"$folder/out" 2>&1
}
expect "prove passes the TAP of a good run" prove_passes

# What a hostile guest might print must not break out of a document.
cat >"$folder/hostile.log" <<'END'
{"type":"job","name":"<b>&\"]]>","vmm":"x","time":"2026-01-01T00:00:00"}
{"type":"check","clause":"A-1","level":"MUST","message":"</script><script>alert(1)</script> ]]> \u0001\u001b"}
{"type":"test","suite":"a|b","test":"#c\\","device":"<i>","variant":"\n","verdict":"fail","reason":"--> </pre>"}
{"type":"summary"}
END
virtproof report -o "$folder/hostile.xml" "$folder/hostile.log"
expect "hostile text stays text in XML" valid "$folder/hostile.xml"
virtproof report -o "$folder/hostile.html" "$folder/hostile.log"
expect "hostile text stays text in HTML" sh -c "! grep -q 'alert(1)</script>' '$folder/hostile.html'"
virtproof report -o "$folder/hostile.tap" "$folder/hostile.log"
expect "hostile text stays text in TAP" grep -q 'a|b.\\#c\\\\ ' "$folder/hostile.tap"

run_stand_in -r "$folder/nothing.pdf"
expect "a report of no known format is refused" status_is 2
virtproof report /dev/null >"$folder/out" 2>&1
expect "a file without records is refused" says "holds no record"
