#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# All tests of the program on the host; the last line is the sum.
# usage: run.sh BUILD
set -uo pipefail

build=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
passed=0
failed=0
skipped=0
units=0

for unit in "$build"/host/unit_*; do
	[ -x "$unit" ] && [ ! -d "$unit" ] && [[ $unit != *.d ]] || continue
	units=$((units + 1))
	log=$(CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 3 120 "$unit" 2>&1)
	ended=$?
	ok=$(grep -c '^ok ' <<<"$log")
	bad=$(grep -c '^not ok ' <<<"$log")
	[ "$ended" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	passed=$((passed + ok))
	failed=$((failed + bad))
	[ "$bad" -eq 0 ] || echo "$log"
done
if [ "$units" -eq 0 ]; then
	echo "not ok unit tests: none was built"
	failed=$((failed + 1))
fi

# Each script prints "ok NAME", "not ok NAME" or "skip NAME: why", and details of what failed.
for script in "$here"/test_*.sh; do
	while IFS= read -r line; do
		case $line in
		"ok "*) passed=$((passed + 1)) ;;
		"not ok "*)
			failed=$((failed + 1))
			echo "$line"
			;;
		"skip "*)
			skipped=$((skipped + 1))
			echo "$line"
			;;
		*) echo "$line" ;;
		esac
	done < <(timeout -k 3 300 "$script" "$build" 2>&1 || echo "not ok ${script##*/}: ended with status $?")
done
echo "host: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
