#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# All tests of the program on the host; the last line is the sum.
# usage: run.sh BUILD
set -uo pipefail

build=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
. "$here/../lib.sh"
units=0

for unit in "$build"/host/unit_*; do
	[ -x "$unit" ] && [ ! -d "$unit" ] && [[ $unit != *.d ]] || continue
	units=$((units + 1))
	unit_test "$unit"
done
[ "$units" -gt 0 ]
verdict $? "unit tests were built: $units"

# Each script prints "ok NAME", "not ok NAME" or "skip NAME: why", and details of what failed.
said=$(mktemp -d)
trap 'rm -r "$said"' EXIT
run() {
	local script=$1
	limited 300 "$script" "$build" >"$said/${script##*/}" 2>&1 ||
		echo "not ok ${script##*/}: ended with status $?" >>"$said/${script##*/}"
}
# They wait more than they compute, but for what measures, or asks a real VMM that has seconds to answer.
most_beside=8
alone=(test_ask.sh test_html.sh test_speed.sh)
for script in "$here"/test_*.sh; do
	[[ " ${alone[*]} " == *" ${script##*/} "* ]] || beside run "$script"
done
wait
for script in "${alone[@]}"; do
	run "$here/$script"
done
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
done < <(cat "$said"/*)
sum_up test-host
