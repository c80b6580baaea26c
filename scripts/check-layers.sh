#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Fails when a file includes a header of a floor above its own, or of arch/x86 from outside arch.
set -euo pipefail

git ls-files '*.c' '*.h' '*.S' | grep -E '^(lib|boot|arch|pci|virtio|tests|selfcheck/image)/' |
	xargs grep -nE '^#include "' /dev/null | awk -F: '
	function floor(path) {
		if (path ~ /^lib\//) return 1
		if (path ~ /^boot\//) return 2
		if (path ~ /^arch\//) return 3
		if (path ~ /^pci\//) return 4
		if (path ~ /^virtio\//) return 5
		if (path ~ /^(tests|selfcheck|generated)\//) return 6
		return 0
	}
	{
		split($3, part, "\"")
		header = part[2]
		if (floor(header) == 0) {
			print $1 ":" $2 ": \"" header "\" is on no floor; include by its path from the root"
			bad = 1
		} else if (floor(header) > floor($1)) {
			print $1 ":" $2 ": " header " is on a floor above"
			bad = 1
		} else if (header ~ /^arch\/x86\// && $1 !~ /^arch\//) {
			print $1 ":" $2 ": " header " is private to arch"
			bad = 1
		}
	}
	END { exit bad }'
