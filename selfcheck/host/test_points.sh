#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A disk that is full, and a signal, at each point of what the program does: it ends orderly, with a sentence and the right
# status, nothing that was there is lost, nothing is half there.
. "$(dirname "$0")/common.sh"

cd "$folder" || exit 1
stand_in=(run --vmm "$here/stand-in.ini" --program "$build/host/stand-in")
# As a file is called that has not come to its name yet.
half_written='*.[A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9]'
mkdir tmp
export TMPDIR=$folder/tmp

run_stand_in -q --confirm 0 --log k1 -- --tests 6 --fail 3
run_stand_in -q --confirm 0 --log k2 -- --tests 6
printf '[a]\nvmm=%s\nprogram=%s\noptions=--tests 3\n[b]\nvmm=%s\nprogram=%s\noptions=--tests 4\n' \
	"$here/stand-in.ini" "$build/host/stand-in" "$here/stand-in.ini" "$build/host/stand-in" >a.matrix

whole_records() { # whole_records FILE …: of those that are there
	local file
	for file; do
		[ ! -e "$file" ] || perl -MJSON::PP -ne 'decode_json($_)' "$file" || return 1
	done
}
whole_or_old() { # whole_or_old OLD FILE …: each is what it was, or a document to its end
	local old=$1 file
	shift
	for file; do
		[ -e "$file" ] || continue
		[ "$(cat "$file")" = "$old" ] && continue
		case $file in
		*.tap) grep -q '^1\.\.' "$file" ;;
		*.html) grep -q '</html>' "$file" ;;
		*.xml) grep -q '</testsuites>' "$file" ;;
		*.json) perl -MJSON::PP -0777 -e 'decode_json(<>)' "$file" ;;
		*.expect) [ "$(grep -c "^DEMO-3@" "$file")" = 10 ] ;;
		*) whole_records "$file" ;;
		esac || return 1
	done
}

# full BYTES COMMAND …: no file may become longer than that; what comes of it, in a folder that is as it was.
full() {
	local bytes=$1
	shift
	rm -rf there
	mkdir there
	for suffix in tap xml json log expect; do echo old >there/old.$suffix; done
	status=0
	prlimit --fsize="$bytes" "$build/virtproof" "$@" 2>&1 </dev/null | cat >out
	status=${PIPESTATUS[0]}
}
# full_at_each NAME STEP COMMAND …: from no room at all to enough.
full_at_each() {
	local name=$1 step=$2 bytes=0 tried=0 wrong=""
	shift 2
	while :; do
		full "$bytes" "$@"
		tried=$((tried + 1))
		if [ "$status" -eq 2 ]; then
			grep -q "^virtproof: .*$sentence" out || wrong+=" $bytes: no sentence"
		elif [ "$status" -gt 1 ]; then
			wrong+=" $bytes: status $status"
		fi
		whole_or_old old there/old.* there/new.log there/a.log there/b.log || wrong+=" $bytes: half a file"
		[ -z "$(find there tmp -name "$half_written")" ] || wrong+=" $bytes: part of a file"
		[ "$status" -eq 2 ] && [ $tried -lt 200 ] || break
		bytes=$((bytes + step))
	done
	expect "a disk that is full at any of $tried points is an error of $name" eval '[ -z "$wrong" ] && [ $tried -gt 9 ]'
	[ -z "$wrong" ] || echo "  |$wrong"
}
sentence="File too large"
full_at_each "a log" 211 "${stand_in[@]}" -q --confirm 0 -l there/new.log -- --tests 6
full_at_each "a run's documents" 311 "${stand_in[@]}" -q --confirm 0 -r there/old.tap -r there/old.xml -r there/old.json -- --tests 6 --fail 3
full_at_each "merge" 311 merge -o there/old.log k1 k2
full_at_each "report" 311 report -o there/old.json k1
# What a job has to say is in a file of its own.
sentence=
full_at_each "a matrix" 211 matrix --logs there -l there/old.log a.matrix
sentence="File too large"
full_at_each "new expectations" 61 "${stand_in[@]}" -q --confirm 0 --update=there/old.expect -- --tests 12 --fail-from 3

# A site: its index comes last.
virtproof site pages k1 >out 2>&1
cp pages/index.html index.old
full_site() {
	local bytes wrong=""
	for bytes in 0 400 800 1200 1600 2000 2400; do
		status=0
		prlimit --fsize=$bytes "$build/virtproof" site pages k2 >out.site 2>&1 </dev/null || status=$?
		[ "$status" = 2 ] && cmp -s pages/index.html index.old && [ -z "$(find pages -name "$half_written")" ] || wrong+=" $bytes"
	done
	[ -z "$wrong" ]
}
expect "a disk that is full is an error of site, and leaves the index alone" full_site

# at_each NAME COMMAND …: the command, ended after one, two, … steps of time; @ is the number of the try.
at_point() {
	local n=$1 name=$2 signal=$3 pid status=0
	shift 3
	"$build/virtproof" "${@//@/$n}" >"$name-$n.out" 2>&1 </dev/null &
	pid=$!
	sleep "$(printf '0.%03d' $((n * 4)))"
	# A shell has SIGINT ignored in what it starts in the background, until that catches it.
	while [ "$signal" = INT ] && ! grep -qs '^SigCgt:.*[2367abef]$' /proc/$pid/status && kill -0 $pid 2>/dev/null; do sleep 0.002; done
	kill -"$signal" $pid 2>/dev/null
	wait $pid || status=$?
	echo $status >"$name-$n.status"
}
at_each() {
	local name=$1 n pids=()
	shift
	for n in $(seq 40); do
		at_point "$n" "$name" "$([ $((n % 2)) = 0 ] && echo INT || echo TERM)" "$@" &
		pids+=($!)
		[ $((n % 8)) != 0 ] || wait "${pids[@]}"
	done
	wait "${pids[@]}"
}
orderly() {
	local name=$1 n
	for n in $(seq 40); do
		case $(cat "$name-$n.status") in 0 | 1 | 130 | 143) ;; *) return 1 ;; esac
		whole_records "$name-$n.log" && whole_or_old old "$name-$n".tap "$name-$n".html "$name-$n".json || return 1
		! grep -qs 'CRITICAL\|WARNING' "$name-$n.out" || return 1
	done
}
at_each run "${stand_in[@]}" --confirm 0 -l run-@.log -r run-@.tap -r run-@.html -- --pace 4 --fail 3
expect "a signal at any point ends a run orderly" orderly run
at_each matrix matrix -j 2 --logs logs-@ -l matrix-@.log -r matrix-@.tap a.matrix
expect "and a matrix" orderly matrix
for n in $(seq 40); do echo old >report-"$n".html; done
at_each report report -o report-@.html k1 k2
expect "and a report" orderly report
sed 's/^version=.*/version=sleep 98763/' "$here/stand-in.ini" >hanging.ini
at_each version run --vmm ./hanging.ini --program "$build/host/stand-in" -l version-@.log
expect "and a run whose VMM does not tell its version" orderly version
expect "which is not left behind" [ -z "$(pgrep -f '^sleep 98763$')" ]
expect "they leave no file" [ -z "$(ls tmp)" ]
expect "and no half of one" [ -z "$(find . -name "$half_written")" ]
exit 0
