#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Nothing is lost: not by names given twice, full disks, closed pipes, signals, or processes that hide.
. "$(dirname "$0")/common.sh"

cd "$folder" || exit 1
stand_in=(run --vmm "$here/stand-in.ini" --program "$build/host/stand-in")
# As a file is called that has not come to its name yet.
half_written='*.[A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9]'

# A VMM that does not tell its version is waited for while everything else is tried.
sed 's/^version=.*/version=sleep 98764/' "$here/stand-in.ini" >hanging.ini
start=$SECONDS
{
	virtproof run --vmm ./hanging.ini --program "$build/host/stand-in" >version.out 2>&1 </dev/null
	echo $? >version.status
} &

run_stand_in -q --log k1 -- --tests 4
run_stand_in -q --log k2 -- --tests 5
ln k1 k1-linked
ln -s k1 k1-pointed
printf 'DEMO-1\tblk\t*\tviolated\tknown\n' >known
cp -r . "$folder.kept"

# keeps NAME COMMAND…: refused in one sentence, and no file is another.
keeps() {
	local name=$1 before after
	shift
	before=$(cksum k1 k2 known ./*.matrix 2>/dev/null)
	status=0
	virtproof "$@" >out 2>&1 </dev/null || status=$?
	after=$(cksum k1 k2 known ./*.matrix 2>/dev/null)
	expect "$name" eval '[ $status = 2 ] && [ "$before" = "$after" ] && grep -q "would be written" out && [ "$(wc -l <out)" = 1 ]'
}
printf '[a]\nvmm=%s\nprogram=%s\noptions=--tests 3\n' "$here/stand-in.ini" "$build/host/stand-in" >a.matrix
for name in k1 ./k1 k1-linked k1-pointed "$PWD/k1"; do
	keeps "merge does not write over what it reads: $name" merge -o "$name" k2 k1
	keeps "report does not write over what it reads: $name" report k1 -f html -o "$name"
done
keeps "report does not write over expectations" report k1 -e known -f tap -o known
keeps "a log is no descriptor" run --vmm "$here/stand-in.ini" --log "$here/stand-in.ini"
keeps "a log is no file of expectations" "${stand_in[@]}" --log known --expect known
keeps "a log is no document" "${stand_in[@]}" --log x.json --report x.json
keeps "two documents are two files" "${stand_in[@]}" --report x.json --report ./x.json
keeps "new expectations are no log" "${stand_in[@]}" --log x --update=x
keeps "a log is no image" "${stand_in[@]}" --image k1 --log k1
keeps "a matrix does not write over itself" matrix --log a.matrix a.matrix
keeps "a matrix does not write over a job's records" matrix --logs . --log a.log a.matrix
keeps "a matrix does not write a job's records over its report" matrix --logs logs -r logs/../logs/a.out.json --log logs/a.out a.matrix
expect "records that are in a file are not emptied by the shell's append" \
	eval '! virtproof merge k1 k2 >>k1 2>out && cmp -s k1 "$folder.kept/k1"'

# A full disk: /dev/full has no room at all, and a file may not grow beyond ulimit.
for output in "run -q -l" "run -q -r" "report k1 -o" "merge k1 -o"; do
	# shellcheck disable=SC2206 # words
	words=($output)
	ln -sf /dev/full full.json
	target=full.json
	[ "${words[0]}" != run ] || words=("${stand_in[@]}" "${words[@]:1}")
	status=0
	virtproof "${words[@]}" $target >out 2>&1 || status=$?
	expect "a full disk is an error of: $output" status_is 2
	expect "a full disk is named by: $output" grep -q "^virtproof: .*full.json: No space left on device" out
done
for output in "${stand_in[*]} -q" "report -f tap k1" "merge k1" "compare k1 k1" "list" "${stand_in[*]} -n" "--help" "--version" \
	"matrix --list a.matrix"; do
	status=0
	virtproof $output >/dev/full 2>out || status=$?
	expect "standard output that is full is an error of: ${output//$here\//}" \
		eval '[ $status = 2 ] && grep -q "^virtproof: standard output: " out'
done

# grows_to KIB COMMAND…
grows_to() {
	local kib=$1
	shift
	{
		(
			ulimit -f "$kib"
			virtproof "$@" 2>&1 </dev/null
		)
		echo "status $?"
	} | cat >out
	status=$(sed -n 's/^status //p' out)
}
for suffix in tap xml json md html; do
	echo "as it was" >old.$suffix
	grows_to 0 report k1 -o old.$suffix
	expect "what does not fit leaves an earlier .$suffix alone" \
		eval '[ "$(cat old.$suffix)" = "as it was" ] && [ "$status" = 2 ]'
	echo "as it was" >old.$suffix
	grows_to 0 "${stand_in[@]}" -q -r old.$suffix
	expect "what does not fit leaves an earlier .$suffix of a run alone" \
		eval '[ "$(cat old.$suffix)" = "as it was" ] && [ "$status" = 2 ]'
done
echo "as it was" >old
grows_to 1 merge k1 k2 -o old
expect "what does not fit leaves earlier records alone" eval '[ "$(cat old)" = "as it was" ] && [ "$status" = 2 ]'
{ cat known; seq -f '# %g' 400; } >long.expect
cp long.expect long.kept
grows_to 1 "${stand_in[@]}" -q --expect long.expect --update=long.expect -- --fail 3
expect "what does not fit leaves earlier expectations alone" cmp -s long.expect long.kept
expect "no part of a file stays beside one" [ -z "$(find . -maxdepth 1 -name "$half_written")" ]
grows_to 2 "${stand_in[@]}" -q -l short.log
expect "a log that does not fit is an error" [ "$status" = 2 ]
expect "a log that does not fit says where it ends" \
	grep -q "^virtproof: the log ends behind $(wc -l <short.log) records, before the run did: short.log: File too large" out
expect "it ends with a whole record" perl -MJSON::PP -ne 'decode_json($_)' short.log
grows_to 2 matrix --logs small a.matrix
expect "a matrix tells of a log that does not fit" [ "$status" = 2 ]

# A log that was cut: nobody takes it for a whole one.
head -c 1500 k1 >"cut"
grep -v '"type":"end"' k1 >endless
for log in cut endless; do
	status=0
	virtproof compare k1 $log >out 2>&1 || status=$?
	expect "compare tells of a log that was cut: $log" grep -q "^incomplete: B: stand-in" out
	expect "compare does not let it pass: $log" eval '[ $status != 0 ]'
	expect "a report tells of a log that was cut: $log" \
		eval "virtproof report $log -f tap | grep -q '^not ok .*incomplete: '"
	expect "a report of a log that was cut says so to programs: $log" \
		eval "virtproof report $log -f json | grep -q '\"complete\":false'"
	virtproof merge -o merged k2 $log
	expect "merged, it is still cut: $log" eval "virtproof report merged -f tap | grep -q '^not ok .*incomplete: '"
done
virtproof report k1 -f tap -o whole.tap
expect "a whole log is not called cut" eval '! grep -q incomplete whole.tap'

# Pipes that are closed, and standard files that are.
virtproof list 2>out | head -1 >/dev/null
expect "who closes a pipe is not told about it" [ ! -s out ]
mkfifo pipe
{ exec 4<pipe; exec 4<&-; } &
reader=$!
status=0
virtproof "${stand_in[@]}" -l piped.log -- --pace 20 2>out >pipe || status=$?
wait $reader
expect "a run whose reader has gone says so" eval '[ $status = 2 ] && grep -q "standard output: " out'
expect "and is judged to its end" [ "$(tail -1 piped.log)" = '{"type":"end","status":0}' ]
status=0
virtproof "${stand_in[@]}" -l closed.log >&- 2>out || status=$?
expect "a run without standard output says so" eval '[ $status = 2 ] && grep -q "standard output: " out'
expect "nothing but records is in its log" perl -MJSON::PP -ne 'decode_json($_)' closed.log
virtproof "${stand_in[@]}" -l deaf.log <&- >&- 2>&- || status=$?
expect "a run without any standard file keeps its log" perl -MJSON::PP -ne 'decode_json($_)' deaf.log

mkdir tmp
# Where the program waits elsewhere: for a pipe that nobody opens.
"$build/virtproof" report pipe >out 2>&1 &
pid=$!
sleep 0.1
kill -TERM $pid
status=0
wait $pid || status=$?
expect "a report of a pipe can be ended" status_is 143
ln -sf pipe pipe.json
TMPDIR=$folder/tmp "$build/virtproof" "${stand_in[@]}" -q -r pipe.json >out 2>&1 &
pid=$!
until grep -qs " s on stand-in" out || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
kill -INT $pid
sleep 0.1
kill -INT $pid
status=0
wait $pid || status=$?
expect "a second signal ends the program wherever it is" status_is 130

# A process that hides from its group is found all the same, and nobody else's is touched.
cat >hiding_vmm <<'END_OF_VMM'
#!/bin/sh
setsid sh -c 'sleep 98761; :' >/dev/null 2>&1 &
awk '/^SigIgn/ { print $2 }' /proc/$$/status >"$IGNORED"
exec "$STAND_IN" "$@"
END_OF_VMM
chmod +x hiding_vmm
program="env IGNORED=$folder/ignored STAND_IN=$build/host/stand-in $folder/hiding_vmm"
runs() {
	pgrep -f "^sleep $1\$" >/dev/null
}
bash -c 'sleep 98762 & echo $! >other.pid; exec "$@"' sh "$build/virtproof" run --vmm "$here/stand-in.ini" \
	--program "$program" -- --crash 5 >out 2>&1
expect "a process that a VMM left behind is ended" eval '! runs 98761'
expect "a process that was there before is not" runs 98762
kill "$(cat other.pid)"
# SIGPIPE is bit 12, SIGXFSZ bit 24.
expect "a VMM has signals as usual" eval '[ $((0x$(cat ignored) & 0x1001000)) = 0 ]'

# Folders and programs with names that are not plain.
mkdir "a,b" "a b" "$(printf 'x%.0s' $(seq 90))"
refused() {
	status=0
	TMPDIR="$folder/$1" virtproof "${stand_in[@]}" -q >out 2>&1 || status=$?
	expect "TMPDIR $2 is refused" eval '[ $status = 2 ] && grep -q "TMPDIR has to be another folder" out'
}
refused "a,b" "with a comma"
refused "$(printf 'x%.0s' $(seq 90))" "that is too long"
status=0
TMPDIR="$folder/a b" virtproof "${stand_in[@]}" -d served -q >out 2>&1 || status=$?
expect "TMPDIR with a blank is fine" status_is 0
cp "$build/host/stand-in" "a b/stand-in"
status=0
virtproof run --vmm "$here/stand-in.ini" --program "$folder/a b/stand-in" -q >out 2>&1 || status=$?
expect "a program may have a blank in its path" status_is 0

# What stands in a file of expectations besides entries stays there.
printf '# head\n\n# of 1\nDEMO-1\tblk\t*\tviolated\tgone\n# of 3\nDEMO-3\tblk\t*\tviolated\tknown\n# tail\n' >remarks
run_stand_in -q --expect remarks --update=remarks -- --fail 3 --warn 4
expect "remarks stay when expectations are written anew" [ "$(grep -c '^#' remarks)" = 4 ]
expect "an entry that did not come true does not" eval '! grep -q DEMO-1 remarks'

rm -rf "$folder.kept"
wait
expect "a VMM that does not tell its version ends with 2" [ "$(cat version.status)" = 2 ]
expect "and is named" grep -q "the VMM does not tell its version: 'sleep' did not end within 10 seconds" version.out
expect "and is not left behind" eval '! runs 98764'
