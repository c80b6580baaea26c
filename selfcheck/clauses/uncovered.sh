#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# docs/uncovered.md has a reason for each clause that vp.list calls uncovered, and for no other.
# usage: uncovered.sh BUILD
set -uo pipefail

page=docs/uncovered.md
list=$(timeout -k 3 30 qemu-system-x86_64 -M q35 -accel tcg -m 64 -nodefaults -display none -no-reboot \
	-serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 -kernel "$1/virtproof.elf" \
	-append "vp.exit=debug vp.list" | tr -d '\r')
if ! grep -q '^uncovered: ' <<<"$list"; then
	echo "test-uncovered: the image did not list its clauses"
	echo "test-uncovered: 0 passed, 1 failed, 0 skipped"
	exit 1
fi

# Clauses stand in lines of their own, on the page as in the list.
clauses_in() { grep -E '^ *([A-Z]+-)+[0-9]+( |$)' | tr -s ' ' '\n' | grep . | sort; }
uncovered=$(sed -n '/^uncovered: /,$p' <<<"$list" | clauses_in)
explained=$(clauses_in <"$page")

failed=0
for clause in $(comm -23 <(echo "$uncovered") <(echo "$explained")); do
	echo "$clause: no test judges it, and $page does not say why"
	failed=$((failed + 1))
done
for clause in $(comm -13 <(echo "$uncovered") <(echo "$explained")); do
	echo "$clause: $page says that no test judges it, but one does"
	failed=$((failed + 1))
done
passed=$(comm -12 <(echo "$uncovered") <(echo "$explained") | grep -c .)
echo "test-uncovered: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
