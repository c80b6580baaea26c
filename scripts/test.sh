#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs test targets one after another and sums up: each ends with a line "N passed, N failed, N skipped",
# with or without a word and a colon before it.
# usage: test.sh TARGET …
set -uo pipefail

log=$(mktemp "${TMPDIR:-/tmp}/virtproof-test.XXXXXX")
trap 'rm -f "$log"' EXIT
passed=0
failed=0
skipped=0
for target in "$@"; do
	echo "== make $target"
	began=$SECONDS
	"${MAKE:-make}" --no-print-directory -j"$(nproc)" "$target" 2>&1 | tee "$log"
	status=${PIPESTATUS[0]}
	echo "== $target took $((SECONDS - began)) s"
	sum=$(grep -E '(^|: )[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -1)
	if [ -z "$sum" ]; then
		# A target that only succeeds or fails, as a build does.
		[ "$status" -eq 0 ] && passed=$((passed + 1)) || failed=$((failed + 1))
		[ "$status" -eq 0 ] || echo "test: $target ended with status $status"
		continue
	fi
	read -r p f s < <(sed -E 's/.*(^|: )([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\2 \3 \4/' <<<"$sum")
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	# A target that fails without saying of what has failed all the same.
	[ "$status" -eq 0 ] || [ "$f" -gt 0 ] || failed=$((failed + 1))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
