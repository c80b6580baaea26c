#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the program does for a guest that asks: by a real QEMU's monitor, and by itself.
. "$(dirname "$0")/common.sh"

run_stand_in -d blk --log "$folder/log" -- --ask
expect "an ask of a verb that the VMM lacks is refused" grep -q \
	'"answer":"told 1 refused the descriptor of this VMM does not say how to' "$folder/log"
expect "a refusal does no harm" status_is 0

# Which device is meant where the VMM does not say which stands where: the stand-in's disk is at 00:03.0.
{
	cat "$here/stand-in.ini"
	printf '[verb resize]\nprogram=echo {name} {index} {nth} {bytes}\nanswer={result}\n'
} >"$folder/answering.ini"
asked() { # asked ANSWER OPTION…
	local answer=$1
	shift
	virtproof run -q --vmm "$folder/answering.ini" --program "$build/host/stand-in" --log "$folder/log" "$@" -- --ask \
		>"$folder/out" 2>&1
	expect "with $* the answer is: $answer" grep -qF "\"answer\":\"told 1 $answer\"" "$folder/log"
}
asked 'ok blk-scratch 1 0 33554432' -d net -d blk-scratch
asked 'refused the host knows no such device' -d net
asked 'refused the host knows no such device' -d blk -d blk-scratch

# Another process takes the place of the one that asks: what that says from then on, and what it is told.
cat >"$folder/moving_vmm" <<'END'
#!/bin/sh
at='"suite":"ask","test":"move","device":"00:03.0","variant":""'
hear() {
	while read -r line; do
		case $line in told*) break ;; esac
	done
	echo "{\"type\":\"test\",$at,\"verdict\":\"pass\",\"reason\":\"$1 was $line\",\"us\":1}"
	echo '{"type":"summary","ms":1}'
}
case "$*" in
*version*) echo 1.0 ;;
*successor*) [ "$1" != "$3" ] && touch "$4/there" && hear "the successor" ;;
*)
	echo '{"type":"run","schema":1,"cmdline":""}'
	echo "{\"type\":\"start\",$at,\"n\":1,\"of\":1}"
	echo "{\"type\":\"ask\",\"id\":1,\"verb\":\"vm-restore\",\"device\":\"\",\"arguments\":{}}"
	sleep 0.1
	echo "this is no record"
	hear "the first"
	;;
esac
END
chmod +x "$folder/moving_vmm"
moved() { # moved ANSWER TAKE-OVER
	cat >"$folder/moving.ini" <<-END
		[vmm]
		command={program} {control}
		version={program} version
		[machine *]
		[accelerator *]
		[verb vm-restore]
		execute=[{"program":"touch {directory}/saved"},{"sleep":300},{"try":{"program":"false"}}]
		successor={command} successor {control} {directory}
		hand-over={"retry":{"program":"test -e {directory}/there"}}
		take-over=$2
		undo={"program":"cp {directory}/saved $folder/undone"}
	END
	virtproof run --vmm "$folder/moving.ini" --program "$folder/moving_vmm" --image "$folder/moving.ini" --expect none \
		--log "$folder/log" >"$folder/out" 2>&1
	status=$?
	expect "with the take-over $2: $1" grep -q "\"reason\":\"$1\"" "$folder/log"
	expect "… and that is the end of it" status_is 0
}
moved 'the successor was told 1 ok' '[{"program":"test {control} = {successor-control}"},{"program":"true"}]'
expect "nothing was undone" [ ! -e "$folder/undone" ]
moved 'the first was told 1 refused .false. failed' '{"program":"false"}'
expect "what had been done was undone" [ -e "$folder/undone" ]

if ! command -v qemu-system-x86_64 >/dev/null; then
	echo "skip asks of QEMU: it is not installed"
	exit 0
fi

if [ ! -e "$build/virtproof.elf" ]; then
	echo "skip asks of QEMU: there is no image to load"
	exit 0
fi

ASKS=$folder/asks
ask() {
	printf '%s|%s|%s|%s\n' "$1" "$2" "$3" "$4" >>"$ASKS"
}
ask resize 00:03.0 '{"bytes":33554432}' 'ok'
ask resize 00:03.0 '{"bytes":"x"}' 'refused .*'
ask read 00:03.0 '{"offset":0,"bytes":4}' 'ok 00000000'
ask checksum 00:03.0 '{"offset":8,"bytes":4}' 'ok 4d25767f9dce13f5'
ask checksum 00:03.0 '{"offset":33554430,"bytes":4}' 'refused .*'
ask allocated 00:03.0 '{}' 'ok 0'
ask property 00:03.0 '{"name":"storage"}' 'ok plain'
ask pause 00:04.0 '{}' 'ok.*'
ask resume 00:04.0 '{}' 'ok.*'
ask pause 00:03.0 '{}' 'refused .*'
ask link 00:05.0 '{"up":0}' 'ok.*'
ask link 00:05.0 '{"up":1}' 'ok.*'
ask link 00:03.0 '{"up":1}' 'refused .*'
ask announce 00:05.0 '{}' 'ok.*'
ask property 00:05.0 '{"name":"speed"}' 'ok 1000'
ask property 00:05.0 '{"name":"rx_queue_size"}' 'ok 256'
ask property 00:05.0 '{"name":"nonsense"}' 'refused .*'
ask property 00:06.0 '{"name":"ports"}' 'ok 0'
ask frame 00:07.0 '{"bytes":"ffffffffffff5254000000010806"}' 'ok.*'
ask frame 00:05.0 '{"bytes":"ff"}' 'refused .*'
ask port-connect 00:06.0 '{"port":2,"on":1}' 'refused .*'
ask port-add 00:06.0 '{"port":2,"console":0,"name":"a \"name\" {index}"}' 'ok.*'
ask port-connect 00:06.0 '{"port":2,"on":1}' 'ok.*'
ask port-write 00:06.0 '{"port":2,"bytes":"00ff"}' 'ok.*'
ask port-read 00:06.0 '{"port":2}' 'ok.*'
ask port-connect 00:06.0 '{"port":2,"on":0}' 'ok.*'
ask port-remove 00:06.0 '{"port":2}' 'ok.*'
ask port-add 00:06.0 '{"port":2,"console":1,"name":"again"}' 'ok.*'
ask port-remove 00:06.0 '{"port":2}' 'ok.*'
ask balloon 00:08.0 '{"bytes":33554432}' 'ok.*'
ask balloon-stats 00:08.0 '{}' 'ok .*last-update.*'
ask key 00:09.0 '{"code":30,"down":1}' '(ok.*|refused VM not running)'
ask lun-add 00:0a.0 '{"target":3,"lun":1}' 'ok.*'
ask lun-remove 00:0a.0 '{"target":3,"lun":1}' 'ok.*'
ask medium-insert 00:0a.0 '{}' 'ok.*'
ask medium-eject 00:0a.0 '{}' 'ok.*'
ask error 00:0b.0 '{"count":1,"kind":"sync"}' 'ok.*'
ask error 00:0b.0 '{"count":0,"kind":"read"}' 'ok.*'
ask unplug 00:03.0 '{}' 'refused .*'
ask console-size 00:06.0 '{"port":0,"cols":80,"rows":25}' 'refused .*'
ask link 00:1e.0 '{"up":1}' 'refused the host knows no such device'
ask link '' '{"up":[]}' 'refused .*'
ask '' 00:05.0 '{}' 'refused .*'
total=$(wc -l <"$ASKS")


status=0
virtproof run --verbose --program "env ASKS=$ASKS $here/asking_vmm.sh qemu-system-x86_64" \
	-d blk-scratch -d blk-throttled -d net,speed=1000 -d console -d net-dgram -d balloon \
	-d keyboard -d scsi -d blk-fallible >"$folder/out" 2>&1 || status=$?
passed=$(grep -c '^pass ' "$folder/out")
expect "all asks are answered as they should be" [ "$passed" = "$total" ]
expect "asks do no harm" status_is 0
