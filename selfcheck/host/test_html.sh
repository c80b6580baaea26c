#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The HTML report of ten jobs in a real browser. SCREENSHOT=FILE keeps a picture of it.
. "$(dirname "$0")/common.sh"

need_browser "HTML report"

for i in $(seq 10); do
	run_stand_in -q --name "job-$i" --log "$folder/$i.log" -- --tests 200 --samples 2000 \
		--factor $((90 + 2 * i)) --fail "$i"
done
# Clauses that the specification has; one of them is broken.
sed -i 's/"clause":"DEMO-10",/&"statement":"It begins so.",/; s/"DEMO-10"/"BLK-INIT-1"/; s/"DEMO-198"/"RESET-1"/; s/"DEMO-199"/"STATUS-1"/' "$folder"/*.log
virtproof report -o "$folder/report.html" "$folder"/*.log
cat >"$folder/hostile.log" <<'END_OF_LOG'
{"type":"job","name":"<b>&\"]]>","vmm":"x","time":"2026-01-01T00:00:00"}
{"type":"check","clause":"A-1","level":"MUST","message":"</script><script>alert(1)</script> ]]>"}
{"type":"test","suite":"a|b","test":"#c","device":"<img src=x onerror=alert(2)>","variant":"v","verdict":"fail","reason":"--> </pre>"}
{"type":"summary"}
END_OF_LOG
virtproof report -o "$folder/hostile.html" "$folder/hostile.log"
# As many jobs and tests as the matrix of QEMU has.
awk 'BEGIN {
	for (job = 1; job <= 40; job++) {
		printf "{\"type\":\"job\",\"name\":\"job-%d\",\"vmm\":\"x\",\"version\":\"%d\",\"time\":\"2026-01-01T00:00:00\"}\n", job, job
		for (test = 1; test <= 1030; test++) {
			at = sprintf("\"suite\":\"ring\",\"test\":\"number_%d\",\"device\":\"00:03.0\",\"variant\":\"split\"", test)
			bad = test % 50 == 0
			if (bad)
				printf "{\"type\":\"check\",\"clause\":\"A-%d\",\"level\":\"MUST\",%s,\"message\":\"it is %d\"}\n", test / 50, at, test
			printf "{\"type\":\"test\",%s,\"verdict\":\"%s\",\"because\":\"check\",\"us\":%d}\n", at, bad ? "fail" : "pass", test * job
		}
		for (clause = 1; clause <= 440; clause++)
			printf "{\"type\":\"clause\",\"id\":\"A-%d\",\"level\":\"MUST\",\"verdict\":\"%s\",\"checks\":1}\n", clause, clause <= 20 ? "violated" : "holds"
		print "{\"type\":\"summary\"}"
	}
}' >"$folder/many.log"
virtproof report -e none -o "$folder/many.html" "$folder/many.log"
virtproof report -e none -o "$folder/many.json" "$folder/many.log"
expect "the records of 41,200 tests are packed in the page" \
	[ $(($(stat -c %s "$folder/many.html") * 4)) -lt "$(stat -c %s "$folder/many.json")" ]
machine_is_busy && busy=yes
export BUSY=${busy:-no}
walk report_page.js "$folder/report.html" "$folder/hostile.html" "$folder/many.html" ${SCREENSHOT:+"$SCREENSHOT"}
exit 0
