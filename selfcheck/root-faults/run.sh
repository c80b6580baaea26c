#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs all tests on a device with one root fault, one boot for each: the fault is told under its own clause,
# in at most two lines, and nothing else turns red or yellow that is not so without it.
# usage: run.sh BUILD [TYPE of device, or "all": usually on a source of random numbers and a balloon]
set -uo pipefail
. "$(dirname "$0")/../lib.sh"

build=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-roots.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Such a run waits more than it works.
case ${2:-} in
"") side_by_side test-root-faults "$build" rng balloon; exit ;;
all) side_by_side test-all-root-faults "$build" rng blk net console balloon; exit ;;
esac

boot() { # boot NAME words …: a whole run on the device, its lines in $work/NAME, what is not well in NAME.red
	local name=$1
	shift
	limited 100 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial stdio \
		-kernel "$build/virtproof-selfcheck.elf" -append "vp.exit=debug vp.patience=500 $*" \
		"${device[@]}" </dev/null >"$work/$name" 2>/dev/null
	grep -E '^(fail|error|warn) ' "$work/$name" >"$work/$name.red"
}

finished() { grep -q ' passed, .* errors in ' "$work/$1"; }

# The test, its variant and the clause of each line.
keys() { sed -E 's/^[a-z]+ +[^ ]+ [^ ]+ +([^ ]+ \[[^]]*\]: [A-Z0-9-]+).*/\1/' "$work/$1.red"; }

# What is to be judged when all has been booted: a function with its words each.
later=()

told() { # told SABOTEUR CLAUSE …
	beside boot "$1" "vp.spoiled=$1"
	later+=("judge_told $*")
}

judge_told() {
	local name=$1 clause lines others
	shift
	keys "$name" | grep -vxFf "$work/honest.keys" >"$work/new"
	lines=$(grep -c . "$work/new")
	clause=$(IFS='|'; echo "$*")
	others=$(grep -cvE ": ($clause)\$" "$work/new")
	finished "$name" && [ "$lines" -ge 1 ] && [ "$lines" -le 2 ] && [ "$others" -eq 0 ]
	verdict $? "$type, $name: $lines lines: $(paste -sd';' "$work/new")"
}

# What a driver can make up for takes few tests away.
takes_at_most() { # takes_at_most N SABOTEUR, behind told()
	later+=("judge_taken $*")
}

judge_taken() {
	local lost
	lost=$(grep -c ': not judged since ' "$work/$2")
	[ "$lost" -le "$1" ]
	verdict $? "$type, $2: $lost tests are not judged since"
}

honest() { # a run without a fault
	boot honest
	finished honest || { verdict 1 "$type: a run without a fault ends"; return 1; }
	keys honest >"$work/honest.keys"
	# QEMU announces the first used buffer, whatever used_event says; a busy machine may merge the message with the next.
	echo 'interrupt.first_use_respects_used_event [split+msix]: SPLIT-NOTIF-6' >>"$work/honest.keys"
}

judge() { # judge DEVICE-OPTION …: each root fault on such a device
	device=("$@")
	honest || return
	told features_survive_reset FEAT-TXT-2
	told used_index_survives_reset SPLIT-TXT-12
	told sizes_survive_reset PCI-COMMON-TXT-5
	told size_writes_ignored PCI-COMMON-TXT-6
	told offer_shrinks_with_use FEAT-9
	told vectors_survive_reset PCI-MSIX-10 PCI-CFGACC-4
	takes_at_most 8 vectors_survive_reset
	told reset_only_when_live PCI-COMMON-8 PCI-COMMON-10
	takes_at_most 5 reset_only_when_live
	told reset_only_before_live PCI-COMMON-8 PCI-COMMON-10
	told reset_never PCI-COMMON-8 PCI-COMMON-10
	told activation_refused_for_ever SANE-5 SANE-1
	told pending_bits_stuck_at_1 MSIX-PCI-14
	told pending_bits_never_cleared MSIX-PCI-8 MSIX-PCI-14
	told unmasking_forgets MSIX-PCI-7
	told queue_enabled_after_reset PCI-COMMON-16
	told polling_in_vain SANE-14
	told used_buffers_untold SPLIT-NOTIF-3
	told chokes_on_tables SPLIT-IND-TXT-1
	told flags_suppress_nothing SPLIT-NOTIF-2
	told flags_suppress_for_ever NOTIF-TXT-2
	told enabling_is_not_shown PCI-COMMON-TXT-7
	told one_buffer_a_notification SANE-18
	# A source of random numbers has no configuration.
	[ "$type" = rng ] || told configuration_changes_with_use PCI-COMMON-7
}

type=$2
case $type in
rng)
	judge -device virtio-rng-pci,packed=on,addr=1
	told chokes_on_chains SPLIT-FRAME-1
	wait
	# The same by its legacy interface.
	legacy="vp.legacy vp.device=*-legacy"
	device=(-device virtio-rng-pci,disable-legacy=off,addr=1)
	boot honest_legacy "$legacy"
	keys honest_legacy >>"$work/honest.keys"
	beside boot legacy_features_survive_reset "vp.spoiled=features_survive_reset $legacy"
	later+=("judge_told legacy_features_survive_reset FEAT-TXT-2 PCI-LEG-TXT-4")
	;;
blk)
	judge -blockdev null-co,node-name=null,size=16777216,read-zeroes=on \
		-device virtio-blk-pci,packed=on,drive=null,addr=1
	told blk_leaves_unknown_requests SANE-1
	told blk_wants_three_descriptors SPLIT-FRAME-1
	;;
net)
	judge -netdev user,id=net -device virtio-net-pci,packed=on,netdev=net,addr=1
	told activation_wants_all_queues SANE-5
	takes_at_most 5 activation_wants_all_queues
	;;
console)
	judge -chardev null,id=console -device virtio-serial-pci,packed=on,addr=1 \
		-device virtconsole,chardev=console
	;;
balloon)
	device=(-device virtio-balloon-pci,packed=on,addr=1)
	honest && told queues_survive_reset FEAT-TXT-2
	;;
*) verdict 1 "$type: such a device is not broken here" ;;
esac
wait
for judgement in "${later[@]}"; do
	$judgement
done
sum_up "test-root-faults of $type"
