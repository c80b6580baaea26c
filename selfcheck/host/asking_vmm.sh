#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A QEMU that is never started, and a guest that only asks: the lines of the file $ASKS are
#	verb | device | arguments as JSON | extended regular expression of the answer
# Each becomes a test. usage: asking_vmm.sh QEMU ARGUMENT…
case "$*" in
*--version*) exec "$@" ;;
esac

"$@" -S </dev/null >/dev/null &
qemu=$!
trap 'kill -KILL $qemu' EXIT
control=$(printf '%s\n' "$@" | sed -n 's/^unix:\(.*\),server=on,wait=off$/\1/p')
for _ in $(seq 200); do
	[ ! -S "$control" ] || break
	sleep 0.02
done

echo '{"type":"run","schema":1,"cmdline":""}'
total=$(wc -l <"$ASKS")
n=0
while IFS='|' read -r verb device arguments expected <&3; do
	n=$((n + 1))
	at="\"suite\":\"ask\",\"test\":\"${verb}_$n\",\"device\":\"$device\",\"variant\":\"\""
	echo "{\"type\":\"start\",$at,\"n\":$n,\"of\":$total}"
	echo "{\"type\":\"ask\",\"id\":$n,\"verb\":\"$verb\",\"device\":\"$device\",\"arguments\":$arguments}"
	read -r -t 4 busy
	read -r -t 60 answer
	verdict=fail
	[[ $busy != "busy $n" || ! $answer =~ ^told\ $n\ $expected$ ]] || verdict=pass
	answer=${answer//\"/\'}
	echo "{\"type\":\"test\",$at,\"verdict\":\"$verdict\",\"reason\":\"$answer\",\"us\":1}"
done 3<"$ASKS"
echo '{"type":"summary","ms":1}'
