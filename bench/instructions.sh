#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Guest instructions for each request of the throughput loops, and what they are spent on: QEMU counts
# every executed instruction of the image (bench/instructions.c), in a short and in a long run of the same
# load; the difference belongs to the requests, whatever the start cost.
#
#	bench/instructions.sh [-l] [BUILD [SCENARIO…]]
#
# -l: also list each instruction with how often a request executes it. BUILD: the folder of
# virtproof.debug.elf (build). SCENARIO: see scenario() below; all of them when none is named.
set -euo pipefail

listing=
while getopts l option; do
	case $option in
	l) listing=yes ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
build=${1:-build}
[ $# -eq 0 ] || shift
qemu=${QEMU:-qemu-system-x86_64}
few=20000
many=60000
work=$build/bench
mkdir -p "$work"

image=$build/virtproof.debug.elf
disk="-blockdev driver=null-co,node-name=d0,size=1073741824,read-zeroes=on -device virtio-blk-pci,drive=d0,packed=on,num-queues=8"
nic="-device virtio-net-pci,mac=02:00:00:00:00:01,packed=on"

# Sets device, words and queues.
scenario() {
	queues=1
	case $1 in
	blk-1) device=$disk words="vp.depth=1" ;;
	blk-32) device=$disk words="vp.depth=32 vp.batch=32" ;;
	blk-128) device=$disk words="vp.depth=128 vp.batch=32" ;;
	blk-32-queues-2) device=$disk words="vp.depth=32 vp.batch=32" queues=2 ;;
	blk-32-queues-8) device=$disk words="vp.depth=32 vp.batch=32" queues=8 ;;
	blk-1-packed) device=$disk words="vp.depth=1 vp.ring=packed" ;;
	blk-32-packed) device=$disk words="vp.depth=32 vp.batch=32 vp.ring=packed" ;;
	net) device=$nic words="vp.depth=32 vp.batch=1" ;;
	net-batch) device=$nic words="vp.depth=32 vp.batch=32" ;;
	net-batch-packed) device=$nic words="vp.depth=32 vp.batch=32 vp.ring=packed" ;;
	*)
		echo "unknown scenario $1" >&2
		exit 2
		;;
	esac
}
all="blk-1 blk-32 blk-128 blk-32-queues-2 blk-32-queues-8 blk-1-packed blk-32-packed net net-batch net-batch-packed"

interface=1
case $("$qemu" --version | sed -n 's/.*version \([0-9]*\).*/\1/p') in
9 | 1[0-9]) interface=4 ;;
esac
cc -std=gnu17 -O2 -shared -fPIC -DPLUGIN_INTERFACE=$interface bench/instructions.c \
	-o "$work/instructions.so"
read -r start end < <(readelf -lW "$image" | awk '/LOAD.* R E / { print $3, $3 " " $6; exit }' |
	while read -r at _ size; do printf '%#x %#x\n' $((at)) $((at + size)); done)

run() { # COUNT OUT
	# shellcheck disable=SC2086
	timeout -k 3 120 "$qemu" -machine q35 -accel tcg -m 256 -smp $queues -nodefaults -display none \
		-no-reboot -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-plugin "$work/instructions.so,start=$start,end=$end,out=$2" -kernel "$image" \
		-append "vp.exit=debug vp.bench=throughput.requests vp.queues=$queues vp.count=$1 $words" $device \
		>"$work/serial" 2>&1 || true
	grep -q '^1 passed' "$work/serial" || {
		cat "$work/serial" >&2
		exit 1
	}
}

# "address<TAB>outermost … innermost function" of each counted address.
chains() { # ADDRESSES
	addr2line -e "$image" -afi <"$1" | awk '
		/^0x/ { if (address) print address "\t" chain; address = $1; chain = ""; line = 0; next }
		line++ % 2 == 0 { chain = $1 (chain ? " " chain : "") }
		END { if (address) print address "\t" chain }'
}

: >"$work/sums"
# shellcheck disable=SC2048 # words
for name in ${*:-$all}; do
	scenario "$name"
	run $few "$work/few"
	run $many "$work/many"
	cut -d' ' -f1 "$work/many" >"$work/addresses"
	chains "$work/addresses" >"$work/chains"
	awk -v name="$name" -v requests=$(((many - few) * queues)) -v listing="$listing" -v sums="$work/sums" '
		FILENAME ~ /few$/ { few[$1] = $2; next }
		FILENAME ~ /many$/ { often[$1] = ($2 - few[$1]) / requests; next }
		{
			# addr2line pads addresses, the plugin does not.
			address = $1
			sub(/^0x0*/, "0x", address)
			if (often[address] < 0.0005) next
			# Accessors and barriers belong to whoever uses them.
			for (n = NF; n > 2; n--)
				if ($n !~ /^(read|write)(16|32)$|^(observe|publish|publish_then_observe|next_random)$/)
					break
			what = $n
			if (!($0 ~ /closed_loop/)) what = $2 == $n ? $n : $2 "/" $n
			if (!($0 ~ /closed_loop|slots_|histogram_/)) next
			waits = $0 ~ /spin_for_used|halt_for_used/
			if (waits) what = "waiting (spin_for_used)"
			else sum += often[address]
			spent[what] += often[address]
			if (listing) printf "%s %8.3f  %s\n", address, often[address], $0 >"/dev/stderr"
		}
		END {
			printf "%s: %.1f guest instructions a request\n", name, sum
			printf "%s %.1f\n", name, sum >>sums
			for (what in spent) printf "  %8.2f  %s\n", spent[what], what | "sort -rn"
			close("sort -rn")
		}' "$work/few" "$work/many" "$work/chains"
done
# What a request costs may not grow with the depth or the number of queues, but for rounding.
awk '
	function judge(what, from, to) {
		if (from in cost && to in cost)
			printf "%s: %s -> %s instructions a request: %s\n", what, cost[from], cost[to],
				(cost[to] <= cost[from] * 1.01 ? "does not grow" : "GROWS")
	}
	{ cost[$1] = $2 }
	END {
		judge("depth 1 to 128", "blk-1", "blk-128")
		judge("1 to 2 queues", "blk-32", "blk-32-queues-2")
		judge("1 to 8 queues", "blk-32", "blk-32-queues-8")
	}' "$work/sums"
