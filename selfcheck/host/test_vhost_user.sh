#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Devices that a user's own daemon serves.
. "$(dirname "$0")/common.sh"

cd "$folder" || exit 1
serve="$build/host/stand-in --serve {socket}"

run_stand_in -u blk,colour=red --daemon "$serve" --log log
expect "a daemon's device is judged" status_is 0
expect "it comes alone" [ "$(grep -o '"devices":\[[^]]*\]' log)" = '"devices":["vhost-user:blk"]' ]
expect "it is told to be a daemon's" grep -q '"served":\["vhost-user:blk"\]' log
run_stand_in -u blk,colour=red --daemon "$serve" --print
expect "the front end is one that this VMM has" says "--device older-device,type=blk,colour=red --backend"
expect "the daemon is told where to listen" grep -q "stand-in --serve [^ ]*/vhost0 &" out
run_stand_in -u 45 --daemon "$serve" --print
expect "a type may be a number" says "older-device,type=45"
run_stand_in -u blk --daemon "$serve" -u 45 --daemon "$serve" -d net --print
expect "there may be many, each with its daemon, and others" \
	grep -q -- "--device net --device older-device,type=blk --backend [^ ]*/vhost1 --device older-device,type=45 --backend [^ ]*/vhost2" out

# What requests look like is said with the type.
run_stand_in -u 42 --daemon "$serve" --workload queue:0,out:16,in:16 --print
expect "a workload is for the type of the number" says "vp.workload=type:42,queue:0,out:16,in:16"
run_stand_in -u blk --daemon "$serve" --workload in:16 --log log -- --fail 3
expect "a name has none" grep -q '"cmdline":"[^"]*vp.workload=in:16' log
expect "a repetition has it, too" says "--workload 'in:16'"
run_stand_in -u 42 --daemon "$serve" -u 43 --daemon "$serve" --workload in:16
expect "two types cannot be described" says "requests can be described for one type of devices, not as 'type:42,in:16' and as 'type:43,in:16'"
expect "which ends with 2" status_is 2
run_stand_in -d served --workload in:16
expect "another device's stands in its descriptor" says "--workload is for a --vhost-user device"
sed 's/^\[vhost-user blk\]/&\nworkload=type:45,in:8/; s/^\[device served\]/&\nworkload=type:{nth}9,out:4/' "$here/stand-in.ini" >described.ini
described() { TMPDIR=$folder virtproof run --vmm ./described.ini --program "$build/host/stand-in" "$@" >out 2>&1; }
described -u blk --daemon "$serve" --print
expect "so it may for a daemon's type" says "vp.workload=type:45,in:8"
described -u blk --daemon "$serve" --workload type:2,in:9 --print
expect "the user's words come before them" says "vp.workload=type:2,in:9"
described -d served --print
expect "it is a template" says "vp.workload=type:09,out:4"
described -d net --print
expect "what is not described has none" [ "$(grep -c vp.workload out)" = 0 ]

# What a verdict is not about is its first line.
run_stand_in -q -u blk --daemon "$serve"
expect "what is not judged comes first" \
	[ "$(head -1 out)" = "00:03.0 blk: of its own type nothing was judged, only what all devices have in common" ]

# Where it ends, and with which words.
run_stand_in -u blk --daemon "$serve" -- --kill-daemon 6
expect "its end is told in its test" says "daemon-died  in interrupt.number_6: the daemon 'stand-in' ended with status 1"
expect "with its words" says "the daemon said: daemon: told 'k'"
expect "it is started again, and the rest judged" [ "$(grep -c '^pass ' out)" = 11 ]
run_stand_in -u blk --daemon "$serve" -- --drop-daemon 6
expect "that it hangs up is told in its test" says "daemon-hung-up  in interrupt.number_6: the daemon 'stand-in' hung up and lives on"
expect "the repetition starts it, too" says "--vhost-user 'blk' --daemon '$build/host/stand-in --serve {socket}' --append"
run_stand_in -u blk --daemon "sh -c 'echo I refuse; exit 3' sh {socket}"
expect "one that does not start is quoted" says "I refuse"
expect "and how it ended" says "the daemon 'sh' ended with status 3"
expect "a set-up that fails ends with 2" status_is 2

# Some put a number behind the name of their socket.
run_stand_in -u blk --daemon "sh -c 'exec $build/host/stand-in --serve \"\$0\"0' {socket}" -- --drop-daemon 6
expect "a socket with an index is found" [ "$(grep -c '^pass ' out)" = 11 ]
expect "and watched" says "hung up and lives on: its connection is gone"
run_stand_in -u blk --daemon "env LATE=1 $serve" -- --drop-daemon 6
expect "so is a connection that the daemon is slow to take" \
	says "daemon-hung-up  in interrupt.number_6: the daemon 'env' hung up and lives on: its connection is gone"

# One that somebody else has started, in a debugger maybe, is neither ended nor taken away.
"$build/host/stand-in" --serve "$folder/own" >daemon.out 2>&1 &
daemon=$!
until [ -S own ]; do sleep 0.01; done
run_stand_in -u blk --socket own -- --drop-daemon 6
expect "a daemon that runs already is used" [ "$(grep -c '^pass ' out)" = 11 ]
expect "that it hangs up is told" says "the daemon at $folder/own hung up: its connection is gone"
expect "it runs on" kill -0 $daemon
expect "its socket is still there" [ -S own ]
kill $daemon

# It goes while the guest lives, and comes back.
run_stand_in -u blk --daemon "$serve" --reconnect --confirm 0 --log log -- --restart-daemon 6 --fail 6
expect "a daemon that a test has stopped and started is not missed" [ "$(grep -c '^pass ' out)/$(grep -c '^fail ' out)" = 11/1 ]
expect "nor what the VMM says of it" [ "$(grep -c 'hung-up\|daemon-died' out)" = 0 ]
expect "both were done" [ "$(grep -o '"text":"told 6 [a-z]*' log | tr '\n' ' ')" = '"text":"told 6 ok "text":"told 6 ok ' ]
expect "it was another daemon" [ "$(grep -o 'at your service' log | wc -l)" = 1 ]
expect "the repetition lets it go, too" grep -q -- "--reconnect --append 'vp.tests=interrupt.number_6 " out
run_stand_in -u blk --daemon "$serve" --reconnect --confirm 0 -- --restart-daemon 6 --drop-daemon 8
expect "in the next test it is missed again" says "daemon-hung-up  in transport.number_8: the daemon 'stand-in' hung up and lives on: its connection is gone"
run_stand_in -u blk --daemon "$serve" --reconnect --confirm 0 -- --restart-daemon 6 --aloof
expect "a VMM that does not connect again is named, in that test" \
	says "daemon-hung-up  in interrupt.number_6: the daemon 'stand-in' hung up and lives on: it was started again, and the VMM does not connect to it"
run_stand_in -u blk --daemon "$serve" --log log -- --restart-daemon 6 --aloof
expect "unasked no daemon is stopped" grep -q '"text":"told 6 refused the VMM does not connect again to a daemon (--reconnect)' log
run_stand_in -u blk --socket own --reconnect
expect "somebody else's is not either" says "--reconnect is for a --daemon"
virtproof run --vmm kvmtool --image out -d blk --reconnect >out 2>&1
expect "it has to be one" says "--reconnect is for a --daemon"

refused() { # refused SENTENCE OPTION…
	local sentence=$1
	shift
	run_stand_in "$@"
	expect "$* is refused" eval '[ $status = 2 ] && says "$sentence"'
}
refused "stand-in has no front end for vhost-user devices of the type 'teapot', none of: nothing-has-it, nor-that" \
	-u teapot --daemon "$serve"
refused "'kettle' is no type of vhost-user devices; known are: blk, teapot, and any by its number" -u kettle --daemon "$serve"
refused "who serves the vhost-user device 'blk'?" -u blk
refused "who serves the vhost-user device '45'?" -u blk -u 45 --daemon "$serve"
refused "--daemon 'true': {socket} has to stand where it takes the path of its socket" -u blk --daemon true
refused "which device does '$serve' serve?" --daemon "$serve"
refused "which device does 'own' serve?" -u blk --daemon "$serve" --socket own
refused "no daemon opened $folder/nobody" -u blk --socket nobody
virtproof run --vmm kvmtool --image out -u blk --daemon "$serve" >out 2>&1
expect "a VMM without vhost-user says so" says "kvmtool has no vhost-user 'blk'; known are: none"
