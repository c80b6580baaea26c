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
machine_is_busy && busy=yes
export BUSY=${busy:-no}
walk report_page.js "$folder/report.html" "$folder/hostile.html" ${SCREENSHOT:+"$SCREENSHOT"}
exit 0
