#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What CI systems read, within their limits.
. "$(dirname "$0")/common.sh"

cd "$folder" || exit 1

# Annotations: a line each, escaped, no more than are shown; a summary that is taken.
{
	echo '{"type":"job","name":"many","vmm":"x","version":"1","repeat_before":"virtproof run '\''","repeat_after":"'\''"}'
	for n in $(seq 30); do
		level=MUST verdict=fail
		[ "$n" -le 15 ] || level=SHOULD verdict=warn
		at="\"suite\":\"a\",\"test\":\"t$n\",\"device\":\"d\",\"variant\":\"v\""
		long=$(printf 'x%.0s' $(seq 50000))
		echo "{\"type\":\"check\",\"clause\":\"A-$n\",\"level\":\"$level\",$at,\"message\":\"50 %, a: b\\nnext\",\"dump\":\"$long\"}"
		echo "{\"type\":\"test\",$at,\"verdict\":\"$verdict\",\"because\":\"check\",\"reason\":\"A-$n\"}"
	done
	echo '{"type":"summary"}'
} >many.log
# The summary is what --github adds, of a run whose records are these.
sed '/"type":"job"/d' many.log >records
printf '[vmm]\ncommand=cat {directory}/../records\nimage=none\n[machine *]\n[accelerator *]\n' >printing.ini
echo before >summary
TMPDIR=$folder GITHUB_STEP_SUMMARY=$folder/summary virtproof run --github -q --confirm 0 --vmm ./printing.ini >out 2>&1
expect "errors are annotated, as many as are shown" [ "$(grep -c '^::error title=' out)" = 10 ]
expect "warnings are, too" [ "$(grep -c '^::warning title=' out)" = 10 ]
expect "what ends a message is escaped" grep -q '^::error title=A-1 (MUST)%3A 50 %25%2C a%3A b%0Anext::' out
expect "how many there are in all is told" says "15 faults and 15 warnings in all: the summary has them"
expect "the summary is added to" [ "$(head -1 summary)" = before ]
expect "it is no longer than what is taken" [ "$(stat -c %s summary)" -lt 1048576 ]
expect "and says so" grep -q "^This is not all" summary
ln -s /dev/full full
TMPDIR=$folder GITHUB_STEP_SUMMARY=$folder/full virtproof run --github -q --confirm 0 --vmm ./printing.ini >out 2>&1
expect "a summary that cannot be written is told" says "full: No space left on device"
GITHUB_STEP_SUMMARY='' run_stand_in -q --github -- --fail 3
expect "elsewhere there are annotations alone" says "::error title=DEMO-3 (MUST)%3A the number is 3::"

# A job whose set-up failed is not missing from what is made of all.
printf '[good]\nvmm=%s\nprogram=%s\n[absent]\nvmm=%s\nprogram=%s\noptions=a b\nappend=x\nmachine=y\nsilence=0\n' \
	"$here/stand-in.ini" "$build/host/stand-in" "$here/stand-in.ini" "$build/host/stand-in" >two.matrix
GITHUB_STEP_SUMMARY=$folder/jobs virtproof matrix --github --logs logs -r two.tap -l two.log two.matrix >out 2>&1
expect "a job without records is in the documents" grep -q "^not ok .* - absent: incomplete: the summary never came" two.tap
expect "and in the summary" grep -q "^| absent |" jobs
expect "and among all records" [ "$(grep -c '"type":"job"' two.log)" = 2 ]
