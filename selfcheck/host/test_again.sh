#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Failures that come again, that do not, that need what ran before; parts of a run, runs again and again.
. "$(dirname "$0")/common.sh"

cd "$folder" || exit 1

run_stand_in -q --log log -r report.md -- --fail 5
expect "a failure that always comes is told as such" says "alone in a fresh boot it came 2 times of 2"
expect "it is as red as before" status_is 1
expect "the log has it" grep -q '"type":"confirmed","fault":"DEMO-5","tried":2,"failed":2' log
expect "documents have it" grep -q "alone in a fresh boot it came 2 times of 2" report.md
expect "repetitions are no part of the job" [ "$(grep -c '"type":"start"' log)" = 12 ]
expect "the log is closed behind them" [ "$(tail -1 log)" = '{"type":"end","status":1}' ]
for before in 1 3 5 7; do
	run_stand_in -q -- --fail 9 --behind $before
	suites=(transport ring interrupt device)
	expect "what a failure needs is found: test $before" \
		says "alone in a fresh boot it came 0 times of 2: only behind ${suites[before % 4]}.number_$before"
	expect "it is as red: test $before" status_is 1
	expect "its repetition has both: test $before" \
		says "vp.tests=${suites[before % 4]}.number_$before,ring.number_9 vp.device=00:03.0"
	status=0
	sh -c "$(sed -n 's/^ *repeat: //p' out | tail -1)" >out 2>&1 </dev/null || status=$?
	expect "and fails again: test $before" eval 'status_is 1 && says "all                            1      1      0      0      0"'
done
run_stand_in -q -- --once "$folder/marker" --fail 9
expect "a failure that comes but once is called flaky" says "alone in a fresh boot it came 0 times of 2: it is flaky, or needs what ran before"
run_stand_in -q --confirm 0 -- --fail 5
expect "nothing is repeated for those who do not want it" [ "$(grep -c "in a fresh boot" out)" = 0 ]
run_stand_in -q -- --crash 5
expect "the end of a VMM is repeated, too" says "alone in a fresh boot it came 2 times of 2"
expect "its end is one incident" says "1 failed unexpectedly: 1 fault"
printf 'DEMO-5\tblk\t*\tviolated\tknown\n' >known
run_stand_in -q --expect known -- --fail 5
expect "what is expected is not repeated" [ "$(grep -c "in a fresh boot" out)" = 0 ]

# Parts.
run_stand_in --skip '*.number_2' --skip '*.number_3,*.number_4'
expect "what is to be left out is" [ "$(grep -c '^pass ' out)" = 9 ]
run_stand_in -q --confirm 0 --log failed.log -- --fail-from 9
run_stand_in --confirm 0 --rerun-failed failed.log -- --fail 10
expect "only what failed is run again" [ "$(grep -c '^\(pass\|fail\) ' out)" = 4 ]
run_stand_in -q --log good.log
run_stand_in --rerun-failed good.log
expect "where nothing failed that is said" says "good.log: nothing failed unexpectedly in it"
expect "and nothing is judged" status_is 2
run_stand_in --fail-fast --confirm 0 -- --fail-from 5
expect "the first failure may be the last" [ "$(grep -c '^\(pass\|fail\) ' out)" = 5 ]
expect "that is said" says "ended at the first unexpected failure"
expect "and is a failure" status_is 1
run_stand_in --fail-fast --confirm 0 -- --crash 5
expect "so is the first VMM that goes down" [ "$(grep -c '^\(pass\|fail\) ' out)" = 5 ]
run_stand_in --fail-fast --expect known --confirm 0 -- --fail 5 --warn 7
expect "what is expected ends nothing" [ "$(grep -c '^\(pass\|fail\|warn\) ' out)" = 12 ]
run_stand_in -q --repeat 3 --log seeds.log
expect "a run may be repeated" says "run 3 of 3"
expect "with another seed" grep -q 'vp.seed=3' seeds.log
run_stand_in -q --confirm 0 --repeat 3 -- --fail 5
expect "until it fails" [ "$(grep -c "^run " out)" = 1 ]

# Exit statuses for others.
ends() { # ends STATUS OPTION…
	local wanted=$1
	shift
	run_stand_in -q --confirm 0 "$@"
	expect "$* ends with $wanted" status_is "$wanted"
}
ends 0 --exit bisect
ends 1 --exit bisect -- --fail 3
ends 1 --exit bisect -- --crash 3
ends 125 --exit bisect -- --mute
ends 125 --exit bisect --program nothing-there
ends 0 --exit automake
ends 1 --exit automake -- --crash 3
ends 99 --exit automake -- --mute
ends 77 --exit automake --program nothing-there
ends 2 --exit other
ends 125 --exit bisect --nonsense
ends 125 --cpus many --exit=bisect
ends 99 --exit automake --nonsense
ends_full() { # ends_full STATUS OPTION…: the same where standard output takes nothing
	local wanted=$1
	shift
	status=0
	virtproof run -q --confirm 0 --vmm "$here/stand-in.ini" --program "$build/host/stand-in" "$@" 2>&1 >/dev/full | cat >out
	status=${PIPESTATUS[0]}
	expect "$* ends with $wanted where nothing can be written" status_is "$wanted"
	expect "$* says so once" [ "$(grep -c "standard output: not all" out)" = 1 ]
}
ends_full 2 --strict
ends_full 3 -- --crash 3
ends_full 125 --exit bisect
ends_full 125 --exit bisect -- --fail 3
ends_full 1 --exit bisect -- --crash 3
ends_full 99 --exit automake

# A bisection over changes of which one cannot be judged: it ends at the bad one.
git init -q repository && cd repository || exit 1
for change in good good mute bad bad; do
	case $change in
	good) echo "" ;;
	mute) echo "--mute" ;;
	bad) echo "--fail 3" ;;
	esac >options
	date +%N >stamp
	git add . && git -c user.name=x -c user.email=x@x commit -qm "$change"
done
git bisect start HEAD HEAD~4 >/dev/null 2>&1
git bisect run sh -c "'$build/virtproof' run -q --confirm 0 --exit bisect --vmm '$here/stand-in.ini' \
	--program '$build/host/stand-in' -t '*.number_3' -- \$(cat options)" >"$folder/out" 2>&1
expect "a bisection skips what cannot be judged" grep -q "first bad commit could be any of" "$folder/out"
expect "and calls only what failed bad" [ "$(git show -s --format=%s refs/bisect/bad)" = bad ]
