#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# docs/uncovered.md has a reason for each clause that vp.list calls uncovered, and for no other.
# usage: uncovered.sh BUILD
set -uo pipefail

page=docs/uncovered.md
. "$(dirname "$0")/../lib.sh"
list=$(limited 30 "${qemu[@]}" -M q35 -accel tcg -m 64 -serial stdio -kernel "$1/virtproof.elf" \
	-append "vp.exit=debug vp.list" | tr -d '\r')
if ! grep -q '^uncovered: ' <<<"$list"; then
	verdict 1 "the image did not list its clauses"
	sum_up test-uncovered
	exit 1
fi

# Clauses stand in lines of their own, on the page as in the list.
clauses_in() { grep -E '^ *([A-Z0-9]+-)+[0-9]+( |$)' | tr -s ' ' '\n' | grep . | sort; }
uncovered=$(sed -n '/^uncovered: /,$p' <<<"$list" | clauses_in)
explained=$(clauses_in <"$page")

for clause in $(comm -23 <(echo "$uncovered") <(echo "$explained")); do
	echo "$clause: no test judges it, and $page does not say why"
	failed=$((failed + 1))
done
for clause in $(comm -13 <(echo "$uncovered") <(echo "$explained")); do
	echo "$clause: $page says that no test judges it, but one does"
	failed=$((failed + 1))
done
passed=$(comm -12 <(echo "$uncovered") <(echo "$explained") | grep -c .)
sum_up test-uncovered
