#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs all tests on a device with one root fault, one boot for each: the fault is told under its own clause,
# in at most two red lines, and nothing else turns red that is not red without it.
# usage: run.sh BUILD
set -uo pipefail
. "$(dirname "$0")/../lib.sh"

build=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-roots.XXXXXX")
trap 'rm -rf "$work"' EXIT

boot() { # boot NAME words …: a whole run on one device, its lines in $work/NAME, what is red in NAME.red
	local name=$1
	shift
	timeout -k 3 100 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial stdio \
		-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug vp.patience=300 $*" \
		-device virtio-rng-pci,packed=on,addr=1 </dev/null >"$work/$name" 2>/dev/null
	grep -E '^(fail|error) ' "$work/$name" >"$work/$name.red"
}

finished() { grep -q ' passed, .* errors in ' "$work/$1"; }

# The test, its variant and the clause of each red line.
keys() { sed -E 's/^[a-z]+ +[^ ]+ [^ ]+ +([^ ]+ \[[^]]*\]: [A-Z0-9-]+).*/\1/' "$work/$1.red"; }

told() { # told SABOTEUR CLAUSE …
	local name=$1 clause lines others
	shift
	boot "$name" "vp.spoiled=$name"
	keys "$name" | grep -vxFf "$work/honest.keys" >"$work/new"
	lines=$(grep -c . "$work/new")
	clause=$(IFS='|'; echo "$*")
	others=$(grep -cvE ": ($clause)\$" "$work/new")
	finished "$name" && [ "$lines" -ge 1 ] && [ "$lines" -le 2 ] && [ "$others" -eq 0 ]
	verdict $? "$name: $lines red lines: $(paste -sd';' "$work/new")"
}

boot honest
finished honest || { verdict 1 'a run without a fault ends'; sum_up test-root-faults; exit; }
keys honest >"$work/honest.keys"
[ -s "$work/honest.keys" ] || echo '-' >"$work/honest.keys"

told features_survive_reset FEAT-TXT-2
told used_index_survives_reset SPLIT-TXT-12
told vectors_survive_reset PCI-MSIX-10 PCI-CFGACC-4
told reset_only_when_live PCI-COMMON-8
told reset_never PCI-COMMON-8
told activation_refused_for_ever SANE-5
told pending_bits_stuck_at_1 MSIX-PCI-14
told unmasking_forgets MSIX-PCI-7
sum_up test-root-faults
