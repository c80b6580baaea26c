#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The real image on the real QEMU: what only that shows.
. "$(dirname "$0")/common.sh"

if ! command -v qemu-system-x86_64 >/dev/null || [ ! -e "$build/virtproof.elf" ]; then
	echo "skip the program with QEMU: it is not installed, or there is no image"
	exit 0
fi

# A QEMU that is killed from outside: the run goes on, each test of the plan is judged once.
mkdir "$folder/tmp"
TMPDIR="$folder/tmp" "$build/virtproof" run -d rng -d rng -t 'transport.*' --log "$folder/log" \
	>"$folder/out" 2>&1 &
pid=$!
until [ -e "$folder/log" ] || ! kill -0 $pid 2>/dev/null; do sleep 0.01; done
tail -s 0.01 -n +1 -f --pid=$pid "$folder/log" | grep -qm5 '"type":"test"'
kill -KILL "$(pgrep -P $pid qemu)"
status=0
wait $pid || status=$?
planned=$(sed -n 's/.*"type":"plan","tests":\([0-9]*\).*/\1/p' "$folder/log" | head -1)
judged=$(grep -c '"type":"test"' "$folder/log")
twice=$(grep '"type":"start"' "$folder/log" | sed 's/.*"n":\([0-9]*\).*/\1/' | sort | uniq -d)
expect "a killed QEMU is told" says "vmm-died"
expect "a killed QEMU ends with 3" status_is 3
expect "behind it each test is judged" [ "$judged" = "$planned" ]
expect "behind it no test is judged twice" [ -z "$twice" ]
expect "a run leaves no file" [ -z "$(ls "$folder/tmp")" ]

# Another order, which is the same again, also for a part.
order_of() {
	sed -n 's/.*"type":"test","suite":"\([a-z]*\)","test":"\([a-z0-9_]*\)".*"device":"\([^"]*\)","variant":"\([^"]*\)".*/\1.\2 \3 \4/p' "$1"
}
virtproof run -q -d rng -d rng -t 'transport.*' --shuffle 7 --log "$folder/shuffled" >"$folder/out" 2>&1
expect "in another order it is as expected" grep -q '"type":"end","status":0' "$folder/shuffled"
expect "another order has the same tests" cmp -s <(order_of "$folder/log" | sort) <(order_of "$folder/shuffled" | sort)
expect "it is another" eval '! cmp -s <(order_of "$folder/log") <(order_of "$folder/shuffled")'
virtproof run -q -d rng -d rng -t 'transport.s*,transport.c*' --shuffle 7 --log "$folder/part" >"$folder/out" 2>&1
expect "a part has the order of the whole" cmp -s <(order_of "$folder/shuffled" | grep "^transport\.[sc]") <(order_of "$folder/part")

# What the program lists by itself is what the image lists.
virtproof run --list-tests >"$folder/listed"
virtproof run -A vp.list | tr -d '\r' | sed '/^beside every test:/,$d' >"$folder/out"
expect "tests are listed as the image lists them" cmp -s "$folder/listed" "$folder/out"

virtproof run -A vp.help | tr -d '\r' >"$folder/out"
expect "the image explains its words below titles" \
	[ "$(grep -c '^[A-Z].*:$' "$folder/out")/$(sed -n '/^How it is run:/,/^[A-Z]/p' "$folder/out" | grep -c '^  vp\.patience: .*(3000)$')" = 6/1 ]
expect "all of them" [ "$(grep -c '^  vp\.' "$folder/out")" = "$(virtproof run -A vp.nonsense 2>&1 | grep -o 'vp\.[a-z.]*[,.]' | wc -l)" ]

status=0
virtproof run -A vp.nonsense >"$folder/out" 2>&1 || status=$?
expect "a word that the image does not know ends with 2" status_is 2
expect "a word that the image does not know is quoted" says "nonsense"
status=0
virtproof run -- -device no-such-device >"$folder/out" 2>&1 || status=$?
expect "an option that QEMU does not know ends with 2" status_is 2
expect "an option that QEMU does not know is quoted" says "no-such-device"

# Records of the image, and of a VMM that was killed, fit their schema.
if fetch_modules ajv; then
	virtproof run -q -d blk-scratch -d console -t 'blk.*,console.*,transport.*' --log "$folder/tests.log" >/dev/null 2>&1
	virtproof run -q -d blk -A 'vp.bench=interrupt.latency vp.samples=20' --log "$folder/bench.log" >/dev/null 2>&1
	node "$here/records_schema.js" "$modules/ajv" "$here/../../docs/records.schema.json" "$folder/log" \
		"$folder/tests.log" "$folder/bench.log" >"$folder/out" 2>&1
	expect "records fit their schema" \
		says "fine: $(cat "$folder/log" "$folder/tests.log" "$folder/bench.log" | grep -c '^{"type":')"
	# Where the QEMU that was killed was just then, and whether it served again behind it, decides of four.
	expect "records of all kinds" grep -qE "types: ask check clause (confirmed )?device end (finding )?job measure (note )?(output )?plan run start summary test told touch trial unjudged vmm" "$folder/out"
else
	echo "skip records against their schema: ajv is not to be had from the npm registry"
fi

# What a load takes of the host.
virtproof run -d blk -A 'vp.bench=throughput.requests vp.depth=4 vp.batch=1 vp.ms=50 vp.queues=1,2' --log "$folder/load.log" >"$folder/out" 2>&1
figure() { # NAME LEAST MOST: each of that name lies between
	jq -e -R -s --arg name "$1" --argjson least "$2" --argjson most "$3" '[split("\n")[] | fromjson? | select(.type == "measure" and (.name | contains($name))) | .value] | length > 0 and all(. > $least and . < $most)' "$folder/load.log" >/dev/null
}
expect "CPU time of the VMM for each request" figure .host_cpu 0.1 100000
expect "its memory" figure .host_memory 10000 1000000
expect "how two queues compare with one" figure .scaling 0.001 100

# By firmware and by a boot loader, with words that have a comma.
if [ -e "$build/virtproof.iso" ] && [ -e /usr/share/OVMF/OVMF_CODE_4M.fd ]; then
	for machine in q35-disc q35-uefi; do
		status=0
		virtproof run -M $machine -d rng --silence $((30 * $(times_as_long))) -t 'transport.ids_*,transport.version_*' >"$folder/out" 2>&1 || status=$?
		expect "$machine is judged" status_is 0
		expect "$machine hears which tests" grep -Eq '^all +2 +0 +0 +0 +0$' "$folder/out"
	done
else
	echo "skip a disc and UEFI: there is no disc, or no OVMF"
fi

# A real daemon that goes amid requests and comes back.
if command -v qemu-storage-daemon >/dev/null; then
	virtproof run -u blk --daemon 'qemu-storage-daemon --blockdev null-co,node-name=disk,size=16777216,read-zeroes=on
		--export type=vhost-user-blk,id=export,addr.type=unix,addr.path={socket},node-name=disk,writable=on' --reconnect \
		--verbose -t 'transport.serves_behind_a_back_end_that_came_back,transport.status_*' >"$folder/out" 2>&1
	expect "a device serves behind a daemon that came back" says "pass   transport.serves_behind_a_back_end_that_came_back"
	expect "and is judged on" says "pass   transport.status_is_zero_after_reset_at_any_stage"
else
	echo "skip a daemon that comes back: qemu-storage-daemon is not installed"
fi

# The machine goes on in other processes, and a device is plugged in again.
status=0
virtproof run -M q35-slots -d rng -d net -t 'lifecycle.*' -A vp.lifecycle >"$folder/out" 2>&1 || status=$?
expect "a machine outlives pauses, restores, migrations, and a device that is plugged in again" status_is 0
expect "and nothing of that is skipped" grep -Eq '^all +57 +0 +0 +0 +0$' "$folder/out"

# A guest that waits for a debugger, and what both sides trace.
if command -v gdb >/dev/null && [ -e "$build/virtproof.debug.elf" ]; then
	TMPDIR="$folder/tmp" virtproof run --verbose -d rng -t transport.function_obeys_pci --debug >"$folder/out" 2>&1 &
	run=$!
	until says "the VMM is process" || ! kill -0 $run 2>/dev/null; do sleep 0.05; done
	attach=$(sed -n 's/^the guest waits for: //p' "$folder/out")
	limited 60 sh -c "${attach/gdb/gdb -batch -nx} -ex 'hbreak transport_function_obeys_pci' \
		-ex continue -ex vp-test -ex 'vp-ring 0' -ex 'vp-where \$pc' -ex detach" >"$folder/gdb" 2>&1
	wait $run
	expect "behind a debugger a test comes to its verdict" says "pass   transport.function_obeys_pci"
	expect "gdb says which test runs" \
		grep -q "^transport.function_obeys_pci on 00:03.0, .*tests/transport/pci/discovery.c:" "$folder/gdb"
	expect "gdb shows a queue" grep -q "size = 8, free = 8" "$folder/gdb"
	expect "gdb names a place of the image" grep -q "^transport_function_obeys_pci in section .text" "$folder/gdb"
	expect "the folder of a debugged run stays" [ -n "$(ls "$folder/tmp")" ]
	rm -rf "$folder"/tmp/*
else
	echo "skip a guest behind a debugger: there is no gdb, or no image with symbols"
fi
virtproof run -q -d rng -t transport.function_obeys_pci --trace -o "$folder/said" >"$folder/out" 2>&1
# What QEMU says may be read a little later than what the image says.
sed -n '/  --        begin transport\.function_obeys_pci/,/  --        end transport\.function_obeys_pci/p' "$folder/said" >"$folder/in-test"
expect "the image's registers are traced, in their test" grep -q "console   trace: 00:03.0 write device_status\[1\] 0x1" "$folder/in-test"
expect "what QEMU traces stands there, too" grep -q "stderr    .*virtio_set_status" "$folder/said"
expect "lines stand in the order of their times" [ "$(cut -c1-12 "$folder/said" | sort -c 2>&1 | wc -l)" = 0 ]
