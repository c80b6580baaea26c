#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The HTML report of ten jobs in a real browser. SCREENSHOT=FILE keeps a picture of it.
. "$(dirname "$0")/common.sh"

playwright=$build/host/browser/node_modules/playwright-core

if [ ! -d "$playwright" ]; then
	mkdir -p "$build/host/browser"
	npm install --silent --no-save --no-package-lock --prefix "$build/host/browser" playwright-core \
		>/dev/null 2>&1
fi
if ! command -v "${CHROMIUM:-chromium}" >/dev/null; then
	echo "skip HTML report in a browser: Chromium is not installed"
	exit 0
fi
if [ ! -d "$playwright" ]; then
	echo "skip HTML report in a browser: playwright-core is not to be had from the npm registry"
	exit 0
fi

for i in $(seq 10); do
	run_stand_in -q --name "job-$i" --log "$folder/$i.log" -- --tests 200 --samples 2000 \
		--factor $((90 + 2 * i)) --fail "$i"
done
virtproof report -o "$folder/report.html" "$folder"/*.log
node "$here/report_page.js" "$playwright" "$folder/report.html" ${SCREENSHOT:+"$SCREENSHOT"}
exit 0
