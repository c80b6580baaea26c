#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# virtproof run against a VMM that ends well and in every wrong way.
. "$(dirname "$0")/common.sh"

# The stand-in has 12 tests; all but `$1` must have been judged, once each.
all_judged_but() {
	local n
	for n in $(seq 12); do
		[ "$n" = "$1" ] || [ "$(grep -c "^pass .*\.number_$n " "$folder/out")" = 1 ] || return 1
	done
}

run_stand_in
expect "a good run ends with 0" status_is 0
expect "a good run judges all" all_judged_but 0

# Calm unless told otherwise: what nobody expected, and the end.
calm() {
	status=0
	virtproof run --vmm "$here/stand-in.ini" --program "$build/host/stand-in" "$@" >"$folder/out" 2>&1 || status=$?
}
printf 'DEMO-3\tblk\t*\tviolated\tknown\n' >"$folder/calm"
calm --expect "$folder/calm" -- --fail 3
expect "a run as expected tells no test" [ "$(grep -c '^\(pass\|fail\|skip\) ' "$folder/out")" = 0 ]
expect "its last line says so" [ "$(tail -1 "$folder/out")" = "nothing unexpected" ]
calm --expect "$folder/calm" -- --fail 3 --crash 7 --warn 5
expect "what nobody expected is told as it comes" [ "$(grep -c '^\(fail   device.number_7\|warn   ring.number_5\) ' "$folder/out")" = 2 ]
expect "what was expected is not" [ "$(grep -c '^fail   device.number_3' "$folder/out")" = 0 ]
expect "a SHOULD is not called violated" says "clauses: 9 hold, 1 violated, 1 not heeded (SHOULD), 0 not judged"
in_terminal() { # on a terminal of its own: script is of util-linux
	script -qec "$1" "$folder/typed" >/dev/null </dev/null
}
if command -v script >/dev/null; then
	command="$build/virtproof run --confirm 0 --vmm $here/stand-in.ini --program $build/host/stand-in -- --fail 3 --pace 20"
	TERM=xterm in_terminal "$command"
	expect "on a terminal there is a line of progress" grep -q '\[[0-9]*/12\].*number_' "$folder/typed"
	expect "and colour" grep -q $'\033\\[31m' "$folder/typed"
	TERM=xterm NO_COLOR=1 in_terminal "$command"
	expect "who wants no colour gets none" sh -c "! grep -q '\[3[0-9]m' '$folder/typed'"
	TERM=dumb in_terminal "$command"
	expect "a dumb terminal gets no control sequence" sh -c "! grep -q '$(printf '\033')' '$folder/typed'"
else
	echo "skip a run on a terminal: script is not installed"
fi

run_stand_in -- --fail 3 --warn 5
expect "a failure ends with 1" status_is 1
expect "a failure is explained" says "DEMO-3 (MUST): the number is 3"
expect "a failure can be repeated" says "--append 'vp.tests=device.number_3 vp.device=00:03.0'"

# What is pasted from the report of one test repeats that test alone.
repeat() {
	local command
	command=$(sed -n 's/^ *repeat: //p' "$folder/out" | head -1)
	status=0
	timeout 60 sh -c "$command" >"$folder/out" 2>&1 </dev/null || status=$?
}
repeat
expect "a repeated failure fails again" status_is 1
expect "a repeated failure is all that is judged" says "all                            0      1      0      0      0"
run_stand_in --strict --expect none -A "vp.seed=7 vp.tests=*.number_3 vp.from=1" -- --fail 3
expect "a repetition judges as strictly, and expects as little" says " --expect 'none' --strict --append 'vp.seed=7 vp.tests=device.number_3 "
run_stand_in -- --time-out 5
expect "a failure that no clause tells can be repeated" \
	says "--append 'vp.tests=ring.number_5 vp.device=00:03.0 vp.variant=split'"
repeat
expect "repeated, it fails again" says "all                            0      1      0      0      0"
run_stand_in -t '*.number_2' -t '*.number_4,*.number_5'
expect "all globs for tests count" says "all                            3      0      0      0      0"
run_stand_in -- --warn 5
expect "a warning ends with 0" status_is 0
run_stand_in --strict -- --warn 5
expect "a warning is a failure when strict" status_is 1

run_stand_in -- --crash 7
expect "a crash ends with 3" status_is 3
expect "a crash names its test" says "vmm-died  in device.number_7: killed by signal 6"
expect "a crash keeps the last words" says "assertion 'n != 7' failed"
expect "a crash can be repeated" says "vp.tests=device.number_7 vp.device=00:03.0 vp.variant=split"
expect "a crash loses no other test" all_judged_but 7
expect "a crash loses no clause" says "clauses: 11 hold, 0 violated, 0 not judged"
repeat
expect "a repeated crash crashes again" says "unexpected: vmm-died in device.number_7: the VMM went down: killed by signal 6"
expect "a repeated crash is all that is judged" says "all                            0      1      0      0      0"

run_stand_in --silence 1 --confirm 0 -- --hang 9
expect "a hang ends with 3" status_is 3
expect "a hang names its test" says "vmm-hung  in ring.number_9: hangs"
expect "a hang loses no other test" all_judged_but 9

run_stand_in --silence 1 --confirm 0 -- --spin 9
expect "a spin names its test" says "vmm-spins  in ring.number_9: spins"
run_stand_in --silence 1 --confirm 0 -- --think 9
expect "a test that thinks for too long is cut off" grep -q "^vmm-.*  in ring.number_9: " "$folder/out"
run_stand_in --silence 1 --confirm 0 -- --think 9 --limit 1500
expect "a test has the time that the image gives it" status_is 0
run_stand_in --silence 1 -- --work 9
expect "a heartbeat is progress" status_is 0
run_stand_in --silence 1 --confirm 0 -- --babble 3
expect "a babbler names its test" says "vmm-spins  in device.number_3"
expect "a babbler loses no other test" all_judged_but 3
run_stand_in -- --quit 4
expect "an early end names its test" says "vmm-ended  in transport.number_4"
run_stand_in -- --complain 6
expect "a lost back end names its test" says "vmm-stopped  in interrupt.number_6: stand-in: the back end hung up"
expect "a lost back end loses no other test" all_judged_but 6
run_stand_in --silence 1 --confirm 0 -- --crash 7 --hang 9
expect "a crash and a hang are both named" says "vmm-hung  in ring.number_9"
expect "behind both each test is judged" says "10      2      0      0      0"
run_stand_in --silence 1 -- --crash 12
expect "the last test may go down" all_judged_but 12
run_stand_in -- --crash-always
expect "a VMM that always dies is tried for each test" says "12 failed unexpectedly"
run_stand_in --incidents 5 -- --crash-always
expect "a VMM that dies too often is given up" says "the VMM went down 5 times"
expect "what is given up ends with 3" status_is 3
printf "*.*\t*\t*\tvmm-died\tas ever\n" >"$folder/always"
run_stand_in --incidents 5 --expect "$folder/always" -- --crash-always
expect "a VMM that dies as expected is not given up" says "12 failed as expected"
expect "a VMM that dies as expected ends with 0" status_is 0
run_stand_in -- --crash-at-end 1
expect "a crash after the summary ends with 3" status_is 3
expect "a crash after the summary is told" says "vmm-died outside a test: killed by signal 11"

run_stand_in -- --mute
expect "a VMM that does not start ends with 2" status_is 2
expect "a VMM that does not start is quoted" says "cannot open the image"
expect "once" [ "$(grep -c "cannot open the image" "$folder/out")" = 1 ]
run_stand_in --program "sh -c 'echo no such option; exit 9'"
expect "a VMM that refuses its words ends with 2" status_is 2
expect "a VMM that refuses its words is called so" says "the VMM did not start: exit status 9; it said:"
expect "a VMM that refuses its words is quoted" says "no such option"
sed '/^exits=/d' "$here/stand-in.ini" >"$folder/plain.ini"
virtproof run --vmm "$folder/plain.ini" --program "$build/host/stand-in" >"$folder/out" 2>&1
expect "without another word status 0 is an orderly end" [ $? = 0 ]
run_stand_in -- --bad
expect "a refused word ends with 2" status_is 2
expect "a refused word is quoted" says "vp.nonsense: no such parameter"
run_stand_in -- --empty
expect "a run without a record ends with 2" status_is 2
expect "a run without a record is called so" says "nothing was judged: no record came"
run_stand_in -- --devices-only
expect "a run without a test ends with 2" status_is 2
expect "a run without a test is called so" says "nothing was judged: the image found devices and ran no test"
run_stand_in -- --skip 3
expect "a run of skips ends with 2" status_is 2
expect "a run of skips is called so" \
	says "nothing was judged: none of 12 tests came to a verdict, the first because: the device refuses"
run_stand_in -- --skip 1
expect "a device of which nothing is judged ends with 2" status_is 2
expect "a device of which nothing is judged is named" \
	says "the device 00:04.0 (net) was not judged: none of 6 tests came to a verdict"
run_stand_in -t '*.number_2' -- --skip 1
expect "a chosen test that skips alone ends with 2" status_is 2
run_stand_in --report "$folder/lost.tap" -- --lose 5
expect "a test that never ends ends with 2" status_is 2
expect "a test that never ends is named" says "a test began and never ended: ring.number_5 [00:03.0] split"
expect "a test that never ends is no test in a document, and named" \
	grep -q "^not ok .*set-up: a test began and never ended: ring.number_5" "$folder/lost.tap"
run_stand_in -- --lose 12
expect "the last test may not be lost" says "a test began and never ended: transport.number_12"
run_stand_in -- --omit 5
expect "a test that is left out ends with 2" status_is 2
expect "a test that is left out is counted" says "1 of the tests that were planned never ran"
run_stand_in -- --omit 5 --crash 7
expect "a test that is left out is counted over all boots" says "1 of the tests that were planned never ran"
run_stand_in -A vp.from=4
expect "a run may begin behind the first test" status_is 0
run_stand_in --program "$folder/nothing"
expect "a missing VMM ends with 2" status_is 2

run_stand_in -- --tear 4 --garbage 20
expect "garbage and torn records are survived" all_judged_but 0
expect "garbage and torn records change nothing" status_is 0

run_stand_in -- --bind --crash 7
expect "a control socket that a crash left behind is gone for the next boot" all_judged_but 7

# What our own environment holds must not reach a VMM: a variable has changed a verdict.
RUST_BACKTRACE=full run_stand_in -- --surroundings
expect "a VMM has what it needs of the environment, and what its descriptor adds" \
	says "RUST_BACKTRACE is unset, PATH is set, STAND_IN is was told"
expect "a VMM reads its input from a pipe" says "input is none"
sed 's/^title=.*/terminal=yes/' "$here/stand-in.ini" >"$folder/on-a-terminal.ini"
status=0
virtproof run --verbose --vmm "$folder/on-a-terminal.ini" --program "$build/host/stand-in" --log "$folder/log" -- \
	--surroundings --ask >"$folder/out" 2>&1 || status=$?
expect "a VMM has a terminal where its descriptor asks" says "input is a terminal"
expect "an answer comes by a terminal, too" grep -q '"answer":"told 1 refused' "$folder/log"
expect "on a terminal all is judged" all_judged_but 0

# What the VMM says in a test stands beside its failure, and nothing that it said before.
run_stand_in --report "$folder/said.tap" --report "$folder/said.json" --report "$folder/said.md" \
	--report "$folder/said.xml" --log "$folder/said.log" -- --say 3 --fail 3 --pace 30
expect "the words of the VMM stand beside a failure" says "the VMM said: stand-in: worker: Invalid argument"
for suffix in tap json md xml log; do
	expect "the words of the VMM are in .$suffix" grep -q "worker: Invalid argument" "$folder/said.$suffix"
done
run_stand_in -- --say 2 --fail 4 --pace 20
expect "what the VMM said in another test does not" [ "$(grep -c "the VMM said" "$folder/out")" = 0 ]

# All that is said can be kept, with the test in which it was.
run_stand_in -d served --output "$folder/said" -- --say 3 --kill-daemon 6
expect "what the VMM says is written down" grep -q "  stderr    stand-in: worker: Invalid argument$" "$folder/said"
expect "what a daemon says is, too" grep -q "  stand-in  daemon: told 'k'$" "$folder/said"
expect "what is no record is" grep -q "  console   .*Booting from ROM" "$folder/said"
expect "and when a test begins and ends" \
	[ "$(grep -c '  --        \(begin device.number_3 \[00:03.0\] split\|end device.number_3 \[00:03.0\] split: pass\)$' "$folder/said")" = 2 ]
ln -sf /dev/full "$folder/full"
run_stand_in --output "$folder/full" -- --say 3
expect "what cannot be written down is told" says "full: not all that was said could be written"
expect "and is no success" status_is 2
run_stand_in --trace
expect "a trace without a file is refused" says "--trace tells nothing without --output FILE"
run_stand_in --trace --output "$folder/said"
expect "a VMM that cannot trace says so" says "the descriptor 'stand-in' has no words for --trace"
run_stand_in --debug
expect "many tests are not debugged at a time" says "--debug is for one test"
run_stand_in -- --time-out 5
expect "a failure names its source" says "source: selfcheck/host/stand_in.c:5"

# A daemon that goes is named, and not the VMM.
run_stand_in -d served -- --kill-daemon 6
expect "a daemon that fails is named" \
	says "daemon-died  in interrupt.number_6: the daemon 'stand-in' ended with status 1"
expect "the words of a daemon stand beside the failure" says "the daemon said: daemon: told 'k'"
expect "the VMM is not accused of it" [ "$(grep -c "the VMM went down" "$folder/out")" = 0 ]
expect "a daemon that fails loses no other test" all_judged_but 6
expect "a daemon that fails ends with 3" status_is 3
run_stand_in -d served -- --kill-daemon 6 --mourn
expect "a daemon that takes the VMM along is named" \
	says "daemon-died  in interrupt.number_6: the daemon 'stand-in' ended with status 1"
run_stand_in -d served -- --end-daemon 6
expect "a daemon that ends is named" \
	says "daemon-died  in interrupt.number_6: the daemon 'stand-in' ended with status 0"
run_stand_in -d served -- --cut-daemon 6
expect "a daemon that hangs up is named" \
	says "daemon-hung-up  in interrupt.number_6: the daemon 'stand-in' hung up and lives on: stand-in: the back end hung up"
run_stand_in -d served -- --drop-daemon 6
expect "a daemon that hangs up unnoticed is named, in that test" \
	says "daemon-hung-up  in interrupt.number_6: the daemon 'stand-in' hung up and lives on: its connection is gone"
expect "its words stand there" says "the daemon said: daemon: told 'h'"
expect "a daemon that hangs up unnoticed loses no other test" all_judged_but 6
run_stand_in -d served -- --thin-daemon 6 --fail 6
expect "a thread that a daemon lost stands beside the failure" says "the daemon said: (of its 2 threads 1 live on)"
run_stand_in -d served -- --thin-daemon 5 --fail 6
expect "and nowhere else" [ "$(grep -c "live on)" "$folder/out")" = 0 ]
run_stand_in -d served -- --crash 6
expect "a VMM that dies beside a daemon is named" says "vmm-died  in interrupt.number_6: killed by signal 6"
run_stand_in -d served
expect "a daemon that serves well is not heard of" status_is 0

# What a root fault takes away is judged in a fresh boot, behind its cause and without it.
run_stand_in --log "$folder/fresh.log" -- --fault 3
expect "what a fault took away is judged in a fresh boot" says "4 tests that a root fault had taken away were judged in 1 fresh boot"
expect "a fresh boot says what it is for" \
	says "fresh boot  for 4 tests of 00:03.0 that were not judged since device.number_3 [split]"
expect "after a fresh boot all is judged once" says "all                           12      0      0      0      0"
expect "a fresh boot begins behind the cause and leaves it out" \
	grep -q '"cmdline":".*vp.device=00:03.0 vp.skip=device.number_3 vp.told=00:03.0/DEMO-3 vp.from=2"' "$folder/fresh.log"
expect "a fresh boot has its device only" [ "$(grep -c '"type":"start".*number_4"' "$folder/fresh.log")" = 1 ]
expect "a run with a fresh boot is as good as it was" status_is 0
run_stand_in --fresh-boots 0 -- --fault 3
expect "there are no fresh boots for those who want none" says "all                            8      0      0      4      0"
run_stand_in -- --fault 3 --lasting
expect "nor for a fault that a fresh boot would meet again" says "all                            8      0      0      4      0"
run_stand_in -- --fault 3 --again 2
expect "a fault that comes again is left out, too" \
	says "4 tests that a root fault had taken away were judged in 2 fresh boots"
run_stand_in -- --fault 1 --again 2 --tests 40
expect "fresh boots are bounded" says "were judged in 4 fresh boots"
run_stand_in -- --fault 3 --crash 7
expect "a fresh boot may lose the VMM" says "vmm-died  in device.number_7: killed by signal 6"
expect "behind it the rest is judged" says "all                           11      1      0      0      0"
run_stand_in --log "$folder/known.log" -- --fault 3 --crash 6
expect "behind a death a fault is known" \
	grep -q '"cmdline":".* vp.known=00:03.0/DEMO-3 vp.from=7"' "$folder/known.log"
run_stand_in -- --fault 5 --crash 3
expect "a fresh boot does not lose the VMM again" [ "$(grep -c "^vmm-died" "$folder/out")" = 1 ]

run_stand_in --log "$folder/dare.log" -- --dare 3
expect "a death in a trial names what was tried" says "DEMO-99 (MUST): this was tried: high notes; killed by signal 6"
expect "it is one line" [ "$(grep -c "^fail" "$folder/out")" = 1 ]
expect "the next boot knows" \
	grep -q '"cmdline":".* vp.known=00:03.0/DEMO-99 vp.from=4"' "$folder/dare.log"
expect "no fresh boot is begun for it" says "all                            7      1      0      4      0"
! says "fresh boot" || false
run_stand_in -- --dare 3 --complain 3
expect "nor does it matter that we had to end the VMM" says "unexpected: DEMO-99 (MUST)"
run_stand_in -- --dare 3 --be-killed 1
expect "who is killed from outside in a trial breaks no clause by it" \
	[ "$(grep -c "DEMO-99" "$folder/out")" = 0 ]
expect "and yet is gone" says "vmm-died  in device.number_3: killed by signal 9 (Killed), from outside"
run_stand_in -- --touch
expect "a death before the first test names the device" says "killed by signal 6 (Aborted), at 00:05.0: first contact"

start_hanging() { # a run in the background that hangs in a test: its pid, and that of the VMM in child
	rm -f "$folder/out"
	TMPDIR="$folder/tmp" "$build/virtproof" run --verbose --vmm "$here/stand-in.ini" \
		--program "$build/host/stand-in" -- --hang 9 >"$folder/out" 2>&1 &
	pid=$!
	until says "number_8" || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done
	child=$(pgrep -P $pid)
}

# Ended from outside in a test that hangs: what is known is printed, no process and no file stays.
mkdir "$folder/tmp"
for signal in INT:130 TERM:143; do
	start_hanging
	kill -"${signal%:*}" $pid
	status=0
	wait $pid || status=$?
	expect "a run ended by ${signal%:*} ends with ${signal#*:}" status_is "${signal#*:}"
	expect "a run ended by ${signal%:*} prints what is known" says "00:04.0      net               4"
	expect "a run ended by ${signal%:*} leaves no file" [ -z "$(ls "$folder/tmp")" ]
	expect "a run ended by ${signal%:*} leaves no process" is_gone "$child"
done

# The same for a run that is killed: the kernel takes the VMM along.
start_hanging
disown $pid
kill -KILL $pid

sleep 0.3
expect "a killed run leaves no process" is_gone "$child"

# Figures.
run_stand_in -- --tests 1 --samples 1000
expect "a distribution is a line: its shape, samples, mean, what so many carry" \
	grep -q "^end to end t3-t0 halted .*  n 990  mean 19.[0-9]* us  p50 20 us  p99 24.[0-9]* us" "$folder/out"
expect "a figure has its unit" grep -q "^blk.read.random.requests depth=1 .* 50[0-9][0-9] requests/s$" "$folder/out"
expect "whoever wants all sees how it is distributed" grep -q "16.4 us and up .*|####" "$folder/out"
run_stand_in -- --tests 1 --samples 220
expect "no percentile that too few samples carry" bash -c "! grep -q ' p99 ' '$folder/out'"
