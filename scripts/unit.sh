#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the named unit tests (cmocka programs) and sums them up in one line.
set -uo pipefail

passed=0
failed=0
for test in "$@"; do
	log=$(CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 3 120 "$test" 2>&1)
	status=$?
	ok=$(grep -c '^ok ' <<<"$log")
	bad=$(grep -c '^not ok ' <<<"$log")
	[ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	passed=$((passed + ok))
	failed=$((failed + bad))
	if [ "$bad" -gt 0 ]; then
		echo "== $test (status $status)"
		echo "$log"
	fi
done
echo "unit tests: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
