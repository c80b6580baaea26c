#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs test targets one after another, those that a + joins side by side, and sums up: each ends with a line
# "N passed, N failed, N skipped", with or without a word and a colon before it.
# usage: test.sh TARGET[+TARGET …] …
set -uo pipefail

logs=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-test.XXXXXX")
trap 'rm -rf "$logs"' EXIT
passed=0
failed=0
skipped=0

# run TARGET: what it says goes to its log, its status and how long it took beside that.
run() {
	local began=$SECONDS
	"${MAKE:-make}" --no-print-directory -j"$(nproc)" "$1" >"$logs/$1" 2>&1
	echo "$? $((SECONDS - began))" >"$logs/$1.end"
}

# count TARGET: what has become of one that has ended.
count() {
	local log=$logs/$1 status took sum p f s
	read -r status took <"$log.end"
	echo "== $1 took $took s"
	sum=$(grep -E '(^|: )[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -1)
	if [ -z "$sum" ]; then
		# A target that only succeeds or fails, as a build does.
		[ "$status" -eq 0 ] && passed=$((passed + 1)) || failed=$((failed + 1))
		[ "$status" -eq 0 ] || echo "test: $1 ended with status $status"
		return
	fi
	read -r p f s < <(sed -E 's/.*(^|: )([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\2 \3 \4/' <<<"$sum")
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	# A target that fails without saying of what has failed all the same.
	[ "$status" -eq 0 ] || [ "$f" -gt 0 ] || failed=$((failed + 1))
}

for joined in "$@"; do
	read -ra targets <<<"${joined//+/ }"
	pids=()
	for target in "${targets[@]}"; do
		: >"$logs/$target"
		run "$target" &
		pids+=($!)
	done
	for n in "${!targets[@]}"; do
		echo "== make ${targets[n]}"
		tail -n +1 -s 0.2 -f --pid="${pids[n]}" "$logs/${targets[n]}"
		wait "${pids[n]}"
		count "${targets[n]}"
	done
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
