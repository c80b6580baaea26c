#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# virtproof matrix, and its jobs run by others.
. "$(dirname "$0")/common.sh"

matrix=$folder/a.matrix
sed "s|VMM|$here/stand-in.ini|; s|PROGRAM|$build/host/stand-in|" "$here/stand-in.matrix" >"$matrix"

status=0
mkdir "$folder/logs"
seq 10000 >"$folder/logs/bad.out"
virtproof matrix -j2 --logs "$folder/logs" --log "$folder/all.log" -r "$folder/all.tap" "$matrix" \
	>"$folder/out" 2>&1 || status=$?
expect "a matrix ends with the worst status of its jobs" status_is 1
expect "a matrix runs each combination" says "7 jobs: 5 as expected, 1 not, 1 skipped"
expect "nothing is left of an earlier run" sh -c "! grep -q 9999 '$folder/logs/bad.out'"
expect "a job that cannot run is skipped" says "missing: skipped, needs a-program-that-nobody-has"
expect "a job is named after what makes it differ" [ -s "$folder/logs/good-b-blk_net.log" ]
expect "an excluded combination does not run" [ ! -e "$folder/logs/good-b-rng.log" ]
expect "the documents are about all jobs" grep -q '^1\.\.24$' "$folder/all.tap"
expect "properties go to each device" \
	grep -q -- "--device 'blk,packed=on' --device 'net,packed=on'" "$folder/logs/good-a-blk_net.log"

# Of two statuses the worse is not the larger.
{
	echo '{"type":"run","schema":1}'
	echo '{"type":"device","bdf":"00:03.0","name":"foo","features_offered":"0x1","workload":"none"}'
	echo '{"type":"start","suite":"transport","test":"a","device":"00:03.0","variant":"","n":1,"of":1}'
	echo '{"type":"test","suite":"transport","test":"a","device":"00:03.0","variant":"","verdict":"pass","reason":""}'
	echo '{"type":"summary"}'
} >"$folder/records"
printf '[vmm]\ncommand=cat %s\nimage=none\n[machine *]\n[accelerator *]\n' "$folder/records" >"$folder/printing.ini"
worst() { # worst STATUS OPTIONS: of a job that judges the transport alone, and another of the stand-in with these options
	printf '[alone]\nvmm=%s\n' "$folder/printing.ini" >"$folder/worst.matrix"
	[ -z "$2" ] || printf '[other]\nvmm=%s\nprogram=%s\noptions=%s\n' "$here/stand-in.ini" "$build/host/stand-in" "$2" >>"$folder/worst.matrix"
	status=0
	virtproof matrix --logs "$folder/worst" "$folder/worst.matrix" >"$folder/out" 2>&1 || status=$?
	expect "a matrix with a job of the transport alone and one with '$2' ends with $1" status_is "$1"
}
worst 4 ""
expect "which is said" says "alone: nothing but the transport was judged"
worst 4 "--tests 4"
worst 1 "--tests 4 --fail 2"
worst 2 "--tests 4 --bad"
worst 3 "--tests 4 --crash 2"

virtproof matrix --list --logs "$folder/listed" "$matrix" >"$folder/list"
expect "the list has a command for each job" [ "$(wc -l <"$folder/list")" = 6 ]

mkdir "$folder/listed"
while IFS= read -r command; do
	PATH=$build:$PATH sh -c "$command" >/dev/null 2>&1 </dev/null
done <"$folder/list"
virtproof merge -o "$folder/merged.log" "$folder"/listed/*.log
count() {
	grep -c "\"type\":\"$1\"" "$2"
}
expect "merged records of listed commands are those of the matrix" \
	[ "$(count test "$folder/merged.log")" = "$(count test "$folder/all.log")" ]
expect "merged records keep their jobs apart" [ "$(count job "$folder/merged.log")" = 6 ]
virtproof merge "$folder/logs/bad.log" | grep -v '"type":"job"' >"$folder/raw.log"
virtproof merge "$folder/raw.log" >"$folder/out"
expect "records without a job are named after their file" says '{"type":"job","name":"raw"}'

printf '[a]\ncolour=red\n' >"$folder/wrong.matrix"
virtproof matrix "$folder/wrong.matrix" >"$folder/out" 2>&1
expect "an unknown key is named" says "'colour' is no key of a matrix"

# Ctrl-C ends the jobs, each of which cleans up.
printf '[a]\nvmm=%s\nprogram=%s\noptions=--hang 3;--hang 4;--hang 5\n' "$here/stand-in.ini" \
	"$build/host/stand-in" >"$folder/hang.matrix"
mkdir "$folder/tmp"
TMPDIR="$folder/tmp" "$build/virtproof" matrix -j 2 --logs "$folder/hang" "$folder/hang.matrix" \
	>"$folder/out" 2>&1 &
pid=$!
until grep -qs number_3 "$folder"/hang/*.log || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done
kill -INT $pid
status=0
wait $pid || status=$?
expect "an interrupted matrix ends with 130" status_is 130
expect "an interrupted matrix leaves no file" [ -z "$(ls "$folder/tmp")" ]
expect "an interrupted matrix starts no more jobs" [ "$(ls "$folder"/hang/*.out | wc -l)" -le 2 ]

# GNU parallel spreads the list over machines; here both are this one.
sshd=$(command -v sshd || echo /usr/sbin/sshd)
if ! command -v parallel >/dev/null || [ ! -x "$sshd" ]; then
	echo "skip matrix by GNU parallel over ssh: parallel or sshd is not installed"
	exit 0
fi
ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
ssh-keygen -q -t ed25519 -N '' -f "$folder/hostkey"
port=$((20000 + RANDOM % 20000))
cat >"$folder/sshd_config" <<END
Port $port
ListenAddress 127.0.0.1
HostKey $folder/hostkey
AuthorizedKeysFile $folder/key.pub
PidFile $folder/sshd.pid
StrictModes no
UsePAM no
PermitRootLogin yes
MaxStartups 100
END
cat >"$folder/ssh_config" <<END
Host *
HostName 127.0.0.1
Port $port
IdentityFile $folder/key
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
END
mkdir -p /run/sshd 2>/dev/null
if ! "$sshd" -f "$folder/sshd_config" -E "$folder/sshd.log"; then
	echo "skip matrix by GNU parallel over ssh: sshd does not start here"
	exit 0
fi
mkdir "$folder/remote"
virtproof matrix --list --logs "$folder/remote" "$matrix" >"$folder/list"
sed -i "s|^virtproof|$build/virtproof|" "$folder/list"
timeout 60 parallel --will-cite -j 2 --sshlogin "ssh -F $folder/ssh_config one,ssh -F $folder/ssh_config two" \
	<"$folder/list" >"$folder/out" 2>&1
kill "$(cat "$folder/sshd.pid")"
virtproof merge -o "$folder/remote.log" "$folder"/remote/*.log
expect "GNU parallel over ssh runs the same jobs" \
	[ "$(count test "$folder/remote.log")" = "$(count test "$folder/all.log")" ]
