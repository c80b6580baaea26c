#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A Linux guest and virtproof on the same QEMU, with the same flags, in turns: how many requests each gets
# out of the same devices, when it does its first, and what QEMU needs for it. Prints medians and ratios.
#
#	bench/compare-linux.sh [-r RUNS] [-w SECONDS] [-s SCENARIO,…] [-q SECONDS] [-k] [BUILD]
#
# -r: rounds (3). -w: seconds each figure is measured (2). -s: of boot, blk, blk-iothread, net, net-rx, hub,
# rng, console, scaling (all). -q: wait at most so long before each start until others leave the machine alone (0).
# -k: only build the guest. BUILD: the folder with virtproof.elf (build); the Linux guest is
# kept there in linux-guest/, as are the single figures of the last comparison, in linux-guest/figures.
#
# Linux runs fio (io_uring), pktgen, and a loop around read() or write(); docs/throughput.md says what is
# compared with what. Needs Debian, the compiler, and for what is missing root (apt-get).
set -euo pipefail
export LC_ALL=C

runs=3
window=2
quiet=0
scenarios=boot,blk,blk-iothread,net,net-rx,hub,rng,console,scaling
keep=
while getopts r:w:s:q:k option; do
	case $option in
	r) runs=$OPTARG ;;
	w) window=$OPTARG ;;
	s) scenarios=$OPTARG ;;
	q) quiet=$OPTARG ;;
	k) keep=yes ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
build=${1:-build}
here=$(cd "$(dirname "$0")" && pwd)
qemu=${QEMU:-qemu-system-x86_64}
patience=60
[ -f "$build/virtproof.elf" ] || { echo "no $build/virtproof.elf" >&2; exit 2; }
mkdir -p "$build/linux-guest"
cache=$(cd "$build/linux-guest" && pwd)
raw=$cache/figures

# ---- the Linux guest ----

install_missing() {
	local missing=()
	command -v fio >/dev/null || missing+=(fio)
	command -v cpio >/dev/null || missing+=(cpio)
	command -v lz4 >/dev/null || missing+=(lz4)
	command -v zstd >/dev/null || missing+=(zstd)
	[ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1 || missing+=(busybox-static)
	[ ${#missing[@]} -eq 0 ] || {
		echo "installing ${missing[*]}" >&2
		apt-get install -y --no-install-recommends "${missing[@]}" >"$cache/apt.log" 2>&1
	}
}

field() { # FILE OFFSET BYTES: an unsigned little-endian number
	od -An -t u"$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# The kernel proper out of a bzImage (Documentation/arch/x86/boot.rst: setup_sects, payload_offset,
# payload_length), which QEMU enters without a decompressor, as it does virtproof.
extract_kernel() { # BZIMAGE OUT
	local start length unpack
	start=$((($(field "$1" 497 1) + 1) * 512 + $(field "$1" 584 4)))
	length=$(field "$1" 588 4)
	tail -c +$((start + 1)) "$1" | head -c "$length" >"$cache/payload" || true
	case $(od -An -t x1 -N 4 "$cache/payload" | tr -d ' ') in
	28b52ffd) unpack="zstd -dc" ;;
	02214c18) unpack="lz4 -dc" ;;
	fd377a58) unpack="xz -dc" ;;
	*) echo "the kernel's payload is packed in an unknown way" >&2; exit 1 ;;
	esac
	# The last four bytes are the length of what comes out.
	head -c -4 "$cache/payload" | $unpack >"$2" 2>/dev/null || [ -s "$2" ]
	rm "$cache/payload"
}

newest_kernel() {
	apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '/Depends: linux-image/ { print $2; exit }'
}

fetch_kernel() {
	local package
	[ -s "$cache/vmlinux" ] && [ -d "$cache/kernel" ] && return
	package=$(newest_kernel)
	[ -n "$package" ] || { apt-get update >"$cache/apt.log" 2>&1; package=$(newest_kernel); }
	echo "fetching $package" >&2
	rm -rf "$cache/kernel" "$cache"/*.deb
	(cd "$cache" && apt-get download "$package" >/dev/null)
	dpkg-deb -x "$cache"/*.deb "$cache/kernel"
	rm "$cache"/*.deb
	extract_kernel "$(ls "$cache"/kernel/boot/vmlinuz-*)" "$cache/vmlinux"
}

add_program() { # PROGRAM ROOT: with the libraries that it loads
	local file
	for file in "$1" $(ldd "$1" 2>/dev/null | grep -o '/[^ ]*' || true); do
		[ -e "$2$file" ] || cp -L --parents "$file" "$2"
	done
}

archive() { # ROOT OUT
	(cd "$1" && find . | sort | cpio -o -H newc --quiet) >"$2"
}

build_guest() {
	local root=$cache/root fio=$cache/root-fio module name
	rm -rf "$root" "$fio"
	mkdir -p "$root"/{bin,dev,proc,sys,tmp,modules} "$fio/bin"
	cp /bin/busybox "$root/bin/"
	for name in sh mount insmod sleep cat awk ifconfig; do ln -s busybox "$root/bin/$name"; done
	for name in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk \
		failover net_failover virtio_net pktgen virtio_console virtio-rng; do
		module=$(find "$cache/kernel" -name "$name.ko")
		[ -n "$module" ] || { echo "no module $name" >&2; exit 1; }
		cp "$module" "$root/modules/"
	done
	"${CC:-cc}" -O2 -static -o "$root/bin/stream" "$here/linux/stream.c"
	"${CC:-cc}" -O2 -o "$cache/send-frames" "$here/send-frames.c"
	install -m 755 "$here/linux/init" "$root/init"
	archive "$root" "$cache/small.cpio"
	printf '#!/bin/sh\necho "@begin $1" >/dev/ttyS0\n' >"$fio/mark"
	chmod 755 "$fio/mark"
	cp "$here/linux/jobs.fio" "$fio/"
	add_program "$(command -v fio)" "$fio"
	ln -sf "$(command -v fio)" "$fio/bin/fio"
	archive "$fio" "$cache/fio.cpio"
	cat "$cache/small.cpio" "$cache/fio.cpio" >"$cache/large.cpio"
}

# ---- the same machine for both ----

linux_words="console=ttyS0 quiet panic=-1 tsc=reliable clocksource=tsc mitigations=off init_on_alloc=0 audit=0 apparmor=0 ipv6.disable=1 nokaslr"
near=mac=02:00:00:00:00:01
far=mac=02:00:00:00:00:02

devices_of() {
	local disk="-blockdev driver=null-co,node-name=disk,size=1073741824,read-zeroes=on"
	case $1 in
	boot | blk) echo "$disk -device virtio-blk-pci,drive=disk" ;;
	blk-iothread) echo "-object iothread,id=io $disk -device virtio-blk-pci,drive=disk,iothread=io" ;;
	net-rx) echo "-netdev stream,id=a,server=on,addr.type=unix,addr.path=$cache/frames -device virtio-net-pci,netdev=a,$near" ;;
	# Without a backend QEMU drops each frame behind the device.
	net) echo "-device virtio-net-pci,$near" ;;
	hub) echo "-netdev hubport,id=a,hubid=0 -netdev hubport,id=b,hubid=0 -device virtio-net-pci,netdev=a,$near -device virtio-net-pci,netdev=b,$far" ;;
	scaling) echo "$disk -device virtio-blk-pci,drive=disk,num-queues=2" ;;
	rng) echo "-object rng-builtin,id=rng -device virtio-rng-pci,rng=rng" ;;
	# Linux writes to the port with a device file, virtproof to the console: QEMU treats them alike.
	console) echo "-device virtio-serial-pci -chardev file,id=a,path=/dev/null -device virtconsole,chardev=a -chardev file,id=b,path=/dev/null -device virtserialport,chardev=b,nr=1" ;;
	*) echo "unknown scenario $1" >&2; exit 2 ;;
	esac
}

# What virtproof is started with, one boot a line.
words_of() {
	# Event indexes, as Linux negotiates them.
	local ring=vp.ring=split+event_idx
	local common="vp.bench=throughput.requests $ring vp.ms=$((window * 1000)) vp.completion=both"
	case $1 in
	boot) echo "vp.bench=throughput.requests vp.depth=1 vp.count=1" ;;
	blk*)
		echo "$common vp.depth=1 vp.pace=both"
		echo "$common vp.depth=32,128 vp.batch=32"
		echo "$common vp.depth=32 vp.batch=32 vp.size=131072 vp.pattern=sequential"
		;;
	net) echo "$common vp.depth=128 vp.batch=1,32" ;;
	net-rx) echo "vp.bench=throughput.receive vp.ms=$((window * 1000))" ;;
	hub) echo "vp.bench=throughput.forward $ring vp.ms=$((window * 1000)) vp.device=00:01.0 vp.size=64 vp.depth=128" ;;
	rng)
		echo "$common vp.depth=1 vp.pace=both"
		echo "$common vp.depth=8 vp.batch=8 vp.size=64,65536 vp.completion=poll"
		;;
	scaling) echo "$common vp.depth=1,4,16,128 vp.batch=32 vp.queues=1,2" ;;
	console) echo "$common vp.depth=1,32 vp.batch=32 vp.pace=both" ;;
	esac
}

# ---- running and watching a guest ----

# CPU time of QEMU's threads so far, in ns: vCPUs, I/O threads, the rest.
threads() { # PID
	local task name time _
	vcpu=0 iothread=0 main=0
	for task in /proc/"$1"/task/*; do
		read -r time _ <"$task/schedstat" && read -r name <"$task/comm" || continue
		case $name in
		CPU*) vcpu=$((vcpu + time)) ;;
		IO*) iothread=$((iothread + time)) ;;
		*) main=$((main + time)) ;;
		esac
	done 2>/dev/null
}

begin_window() { # PID
	threads "$1"
	from=("$vcpu" "$iothread" "$main" "${EPOCHREALTIME/./}")
}

# Sets share to "vcpu iothread main", in percent of a CPU since begin_window.
end_window() { # PID
	local wall=$(((${EPOCHREALTIME/./} - from[3]) * 10))
	threads "$1"
	[ $wall -gt 0 ] || wall=1
	share="$(((vcpu - from[0]) / wall)) $(((iothread - from[1]) / wall)) $(((main - from[2]) / wall))"
}

put() { # GUEST SCENARIO FIGURE VALUE UNIT
	echo "$1 $2 $3 $4 $5 $share" >>"$raw"
	printf '  %-9s %-12s %-44s %16s %s\n' "$@" >&2
}

peak_memory() { # PID: KiB
	awk '/^VmHWM/ { print $2 }' "/proc/$1/status"
}

# One line of Linux's console.
watch_linux() { # PID SCENARIO LINE
	local pid=$1 scenario=$2 event figure value unit
	read -r event figure value unit <<<"$3"
	case $event in
	@up)
		[ "$scenario" = boot ] || return 0
		share="0 0 0"
		put linux boot start $(((${EPOCHREALTIME/./} - started) / 1000)) ms
		put linux boot memory "$(peak_memory "$pid")" KiB
		return 1
		;;
	@begin)
		[ -z "$measured" ] || { end_window "$pid"; shares[$measured]=$share; }
		measured=$figure
		begin_window "$pid"
		;;
	@figure)
		[ -z "$measured" ] || { end_window "$pid"; shares[$measured]=$share; }
		measured=
		share=${shares[$figure]:-0 0 0}
		put linux "$scenario" "$figure" "$value" "$unit"
		;;
	@done) return 1 ;;
	@error) echo "  linux: $3" >&2 ;;
	esac
}

# One record of virtproof.
watch_virtproof() { # PID SCENARIO LINE
	local pid=$1 scenario=$2 name unit value
	case $3 in
	*'"type":"run"'*) begin_window "$pid" ;;
	*'"type":"summary"'*) return 1 ;;
	*'"type":"test"'*'"verdict":"'[!p]*) echo "  virtproof: $3" >&2 ;;
	*'"type":"measure"'*'"value":'*)
		name=${3#*'"name":"'}
		name=${name%%'"'*}
		unit=${3#*'"unit":"'}
		unit=${unit%%'"'*}
		value=${3#*'"value":'}
		value=${value%%[,\}]*}
		case $name in
		*.requests\ * | *.frames\ *)
			if [ "$scenario" = boot ]; then
				share="0 0 0"
				put virtproof boot start $(((${EPOCHREALTIME/./} - started) / 1000)) ms
				put virtproof boot memory "$(peak_memory "$pid")" KiB
				return 1
			fi
			end_window "$pid"
			;;
		*.payload\ * | *.guest_cost\ * | *.kicks\ *) ;;
		*) return 0 ;;
		esac
		[ "$scenario" = boot ] || put virtproof "$scenario" "${name// /,}" "$value" "${unit// /_}"
		;;
	# The distribution is the last record of a point.
	*'"type":"measure"'*) begin_window "$pid" ;;
	esac
}

# CPU time that the machine has spent on anything, and that was taken from it, in ticks.
busy() {
	awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 + $9 }' /proc/stat
}

# Waits until the machine is busy for less than a tenth of a second in half a second, at most as long as -q says.
await_quiet() {
	local deadline=$((SECONDS + quiet)) before
	while [ $SECONDS -lt $deadline ]; do
		before=$(busy)
		sleep 0.5
		[ $(($(busy) - before)) -gt 10 ] || return 0
	done
}

guest_pid=
sender_pid=
stop_guest() {
	local pid
	for pid in $guest_pid $sender_pid; do
		kill -9 "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	guest_pid=
	sender_pid=
}
trap stop_guest EXIT

# The other end of the network: sends as soon as QEMU listens.
send_frames() {
	while [ ! -S "$cache/frames" ]; do sleep 0.01; done
	exec "$cache/send-frames" "$cache/frames" "${near#mac=}" 64
}

run_guest() { # GUEST SCENARIO KERNEL-ARGUMENTS…
	local guest=$1 scenario=$2 line output cpus=1
	shift 2
	await_quiet
	rm -f "$cache/frames"
	[ "$scenario" != scaling ] || cpus=2
	measured='' share="0 0 0"
	declare -gA shares=()
	started=${EPOCHREALTIME/./}
	# shellcheck disable=SC2046
	exec {output}< <(exec "$qemu" -machine q35 -accel tcg -cpu max -m 512M -smp $cpus -nodefaults \
		-display none -no-reboot -name bench,debug-threads=on -serial stdio \
		$(devices_of "$scenario") "$@" </dev/null 2>>"$cache/qemu.log")
	guest_pid=$!
	[ "$scenario" != net-rx ] || { send_frames 2>>"$cache/qemu.log" & sender_pid=$!; }
	begin_window $guest_pid
	while IFS= read -r -t $patience -u "$output" line; do
		"watch_$guest" "$guest_pid" "$scenario" "${line%$'\r'}" || break
	done
	stop_guest
	exec {output}<&-
}

run_linux() { # SCENARIO
	local archive=$cache/small.cpio
	case $1 in blk*) archive=$cache/large.cpio ;; esac
	run_guest linux "$1" -kernel "$cache/vmlinux" -initrd "$archive" \
		-append "$linux_words scenario=$1 window=$window"
}

run_virtproof() { # SCENARIO
	local words
	while IFS= read -r words; do
		run_guest virtproof "$1" -kernel "$build/virtproof.elf" \
			-append "vp.format=json vp.exit=s5 $words"
	done < <(words_of "$1")
}

# ---- the result ----

# acceptance item|scenario|what|Linux's figure|virtproof's record, a pattern|at least so many times|less is more
# (where Linux's figure is queues=1, virtproof is compared with itself; without a number nothing is wanted)
comparisons='1|blk|4 KiB random, depth 1|depth1|random.requests,.*depth=1,batch=1,|5|
1|blk|depth 32, batch against batch|depth32-batched|random.requests,.*depth=32,batch=32,|4|
1|blk|depth 32, batch against single|depth32|random.requests,.*depth=32,batch=32,|10|
1|blk|depth 128, batch against single|depth128|random.requests,.*depth=128,batch=32,|8|
1|blk|128 KiB sequential, depth 32|sequential|sequential.payload,.*depth=32,batch=32,|1.5|
1|blk-iothread|4 KiB random, depth 1|depth1|random.requests,.*depth=1,batch=1,|5|
1|blk-iothread|depth 32, batch against batch|depth32-batched|random.requests,.*depth=32,batch=32,|4|
1|blk-iothread|depth 32, batch against single|depth32|random.requests,.*depth=32,batch=32,|10|
1|blk-iothread|depth 128, batch against single|depth128|random.requests,.*depth=128,batch=32,|8|
1|blk-iothread|128 KiB sequential, depth 32|sequential|sequential.payload,.*depth=32,batch=32,|1.5|
2|net|64 bytes, kick for kick|unbatched|requests,.*depth=128,batch=1,|3|
2|net|64 bytes, batches of 32|batched|requests,.*depth=128,batch=32,|1.3|
2|net-rx|64 bytes received|receive|receive.frames,|1|
2|hub|64 bytes from NIC to NIC|forward|frames,.*depth=128|4|
2|rng|64 bytes, depth 1|read|payload,size=64,depth=1,|1.5|
2|rng|64 bytes, depth 8|read|payload,size=64,depth=8,|1.5|
2|rng|64 KiB, depth 8|read|payload,size=65536,depth=8,|1.5|
2|console|32 KiB, depth 1|write|payload,.*depth=1,|1.5|
2|console|32 KiB, depth 32|write|payload,.*depth=32,|1.5|
3|boot|start to first request|start|start|15|less
3|boot|peak memory of QEMU|memory|memory|3|less
4|scaling|2 queues on 2 CPUs, depth 1|queues=1|requests,.*depth=1,batch=1,queues=2,|1.6|
4|scaling|2 queues on 2 CPUs, depth 4|queues=1|requests,.*depth=4,batch=4,queues=2,|1.6|
4|scaling|2 queues on 2 CPUs, depth 16|queues=1|requests,.*depth=16,batch=16,queues=2,|1.6|
4|scaling|2 queues, the device at its limit|queues=1|requests,.*depth=128,batch=32,queues=2,||'


table() {
	awk -v comparisons="$comparisons" '
		function median(text, value, n, m, i, j, t) {
			n = split(text, value, " ")
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && value[j] + 0 < value[j - 1] + 0; j--) {
					t = value[j]; value[j] = value[j - 1]; value[j - 1] = t
				}
			return n % 2 ? value[(n + 1) / 2] : (value[n / 2] + value[n / 2 + 1]) / 2
		}
		function human(x) {
			if (x >= 1e9) return sprintf("%.2fG", x / 1e9)
			if (x >= 1e6) return sprintf("%.2fM", x / 1e6)
			return x >= 1e4 ? sprintf("%.1fk", x / 1e3) : sprintf("%.0f", x)
		}
		# Microseconds of CPU time that QEMU took for each request.
		function cpu_time(key) {
			return (median(vcpu[key]) + median(iothread[key]) + median(main[key])) * 1e4 / median(figures[key])
		}
		# The busiest thread of QEMU beside the vCPU, which spins.
		function busiest(key, i, m) {
			i = median(iothread[key]); m = median(main[key])
			return sprintf("%s %d %%, vCPU %d %%", (i > m ? "iothread" : "main"), (i > m ? i : m), median(vcpu[key]))
		}
		{
			key = $1 " " $2 " " $3
			if (!(key in figures)) order[++keys] = key
			figures[key] = figures[key] " " $4
			unit[key] = $5
			vcpu[key] = vcpu[key] " " $6; iothread[key] = iothread[key] " " $7; main[key] = main[key] " " $8
		}
		# The fastest way with the verdict, the others below it.
		function print_row(item, part, count, line, ratio, i, best, verdict) {
			for (i = 2; i <= count; i++)
				if (ratio[i] > ratio[best ? best : 1]) best = i
			best = best ? best : 1
			verdict = part[6] == "" ? "" : (ratio[best] >= part[6] ? "yes" : "no")
			printf "%-2s%-13s%-33s %s %7s  %-4s %s\n", item, part[2], part[3], line[best],
				(part[6] == "" ? "" : part[6] "x"), verdict, detail[best]
			wanted += part[6] != ""
			reached += verdict == "yes"
			for (i = 1; i <= count; i++)
				if (i != best) printf "%-48s %s %7s  %-4s %s\n", "", line[i], "", "", detail[i]
		}
		END {
			rows = split(comparisons, row, "\n")
			printf "%-48s %9s  %-9s %9s %8s %7s\n", "", "Linux", "", "virtproof", "ratio", "wanted"
			for (r = 1; r <= rows; r++) {
				split(row[r], part, "|")
				count = 0
				for (k = 1; k <= keys; k++) {
					key = order[k]
					split(key, word, " ")
					if (word[1] != "virtproof" || word[2] != part[2] || word[3] !~ ("(^|\\.)" part[5])) continue
					other = "linux " part[2] " " part[4]
					if (part[4] == "queues=1") { other = key; sub(/queues=2/, part[4], other) }
					if (!(other in figures)) continue
					way = match(key, /interrupt|polled|paced/) ? substr(key, RSTART, RLENGTH) : ""
					own = median(figures[key])
					base = median(figures[other])
					ratio[++count] = part[7] == "less" ? base / own : own / base
					line[count] = sprintf("%9s  %-9s %9s %7.2fx", human(base), way, human(own), ratio[count])
					detail[count] = ""
					if (part[2] == "boot") continue
					cost = key
					sub(/\.(requests|payload|frames),/, ".guest_cost,", cost)
					detail[count] = sprintf("%s; guest %d cycles", busiest_of(key), median(figures[cost]))
					if (unit[other] == "1/s")
						detail[count] = detail[count] sprintf("; CPU time %.1f us, %s %.1f us", cpu_time(key),
							part[4] == "queues=1" ? "1 queue" : "Linux", cpu_time(other))
				}
				if (count) print_row(part[1], part, count, line, ratio)
			}
			printf "%d of %d reached\n", reached, wanted
		}

		# Payload records come behind the window of their request record.
		function busiest_of(key) {
			sub(/\.payload,/, ".requests,", key)
			return busiest(key)
		}' "$raw"
}

install_missing
fetch_kernel
build_guest
[ -z "$keep" ] || exit 0
: >"$raw"
for ((run = 1; run <= runs; run++)); do
	for scenario in ${scenarios//,/ }; do
		echo "round $run: $scenario" >&2
		[ "$scenario" = scaling ] || run_linux "$scenario"
		run_virtproof "$scenario"
	done
done
table
