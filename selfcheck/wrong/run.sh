#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Boots the image with the tests that go wrong on purpose, and looks that each is reported as it has to
# be, that the tests around them are run, and that the summary counts right.
# usage: run.sh BUILD
set -uo pipefail

build=$1
. "$(dirname "$0")/../lib.sh"
records=$(mktemp "${TMPDIR:-/tmp}/virtproof-wrong.XXXXXX")
trap 'rm -f "$records"' EXIT

# boot IMAGE CPUS words …: runs it on two devices; records and exit status are kept.
boot() {
	local image=$1 cpus=$2
	shift 2
	limited 60 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp "$cpus" -serial stdio \
		-kernel "$build/$image.elf" -append "vp.exit=debug vp.format=json $*" \
		-device virtio-rng-pci,addr=1 -device virtio-rng-pci,addr=2 >"$records"
	status=$?
}

# one_record PATTERN …: exactly one record line matches all of the patterns.
one_record() {
	local lines
	lines=$(grep '^{"type":' "$records")
	for pattern in "$@"; do
		lines=$(grep -e "$pattern" <<<"$lines")
	done
	[ "$(grep -c . <<<"$lines")" -eq 1 ]
}

# ends VERDICT TEST REASON: the test ended so on the first device, for this reason.
ends() {
	one_record '"type":"test"' "\"test\":\"$2\"" '"device":"00:01.0"' "\"verdict\":\"$1\"" \
		"\"reason\":\"[^\"]*$3"
	verdict $? "selftest.$2 is reported ($1): $3"
}

boot virtproof-selfcheck 2 'vp.selftest vp.tests=selftest.*,transport.version_1_is_offered vp.skip=selftest.wedges_the_device,selftest.judges_undeclared,selftest.waits_long,selftest.computes_for_long'
ends skip spins_for_ever 'cut off after'
ends skip sleeps_for_ever 'cut off after'
ends fail finds_no_evidence "this was seen"
one_record '"type":"check"' '"test":"finds_no_evidence"' '"device":"00:01.0"' '"clause":"FEAT-1"' '"dump":""'
verdict $? 'what was seen before a test is cut off is told'
ends fail tells_too_slowly "this was seen"
[ "$(grep -c '{"type":"check".*"test":"tells_too_slowly","device":"00:01.0".*"repeat":"[^"]*"}$' "$records")" -eq 1 ]
verdict $? 'a check is told whole, though a test is cut off while it is told'
ends error dereferences_null '#PF'
ends error divides_by_zero '#DE'
ends error executes_nonsense '#UD'
ends error executes_data '#PF'
ends error writes_to_its_code '#PF'
ends error overflows_its_stack '#\(PF\|DF\)'
one_record '"type":"test"' '"test":"judges_nothing"' '"device":"00:01.0"' '"verdict":"skip"' 'nothing that it judges'
verdict $? 'selftest.judges_nothing is no pass'
ends fail writes_beside_its_buffer 'byte 16 of buffer (16 bytes) is 0x42'
ends error spins_with_interrupts_closed 'stopped'
ends fail loses_a_call 'lost call'
ends fail loses_a_kick 'lost kick'
ends fail finds_it_silent 'silent'
[ "$(grep -c '"test":"version_1_is_offered".*"verdict":"pass"' "$records")" -eq 2 ]
verdict $? 'the tests beside them pass on both devices'
one_record '"type":"summary"' '"pass":2,' '"skip":6,' '"fail":12,' '"error":14,'
verdict $? 'the summary counts 2 passed, 6 skipped, 12 failed, 14 errors'
[ "$status" -eq 5 ]
verdict $? 'the exit status says that the suite is at fault'

boot virtproof-selfcheck 1 'vp.selftest vp.tests=selftest.judges_undeclared'
one_record '"type":"test"' '"device":"00:01.0"' '"verdict":"error"' '"because":"suite"' \
	'judges RESV-1, which it does not declare'
verdict $? 'a check of what the test does not declare is an error of the suite'

boot virtproof-selfcheck 1 'vp.selftest vp.tests=selftest.waits_long vp.device=00:01.0'
one_record '"type":"alive"' '"test":"waits_long"' '"device":"00:01.0"' '"us":5'
verdict $? 'a test that waits for long says after five seconds that it still runs'

boot virtproof-selfcheck 1 'vp.selftest vp.tests=selftest.spins_with_interrupts_closed'
one_record '"type":"test"' '"device":"00:01.0"' '"verdict":"skip"' 'needs a second CPU'
verdict $? 'what another CPU has to end is skipped where there is none'

boot virtproof-selfcheck 1 'vp.selftest vp.tests=selftest.wedges_the_device'
one_record '"test":"wedges_the_device"' '"device":"00:01.0"' '"verdict":"fail"'
verdict $? 'a device that does not come back from reset fails the test'
one_record '"test":"wedges_the_device"' '"device":"00:02.0"' '"verdict":"fail"'
verdict $? 'and the next device is tested'
one_record '"type":"summary"' '"fail":2,'
verdict $? 'and the run goes on to its summary'

boot virtproof 1 vp.tests=blk.* vp.device=00:01.0
[ "$status" -eq 5 ] && one_record '"type":"summary"' '"error":1,'
verdict $? 'a run without a test is an error'

boot virtproof 1 vp.tests=ring.*packed*,interrupt.*second* vp.device=00:01.0
one_record '"type":"note"' 'nothing was judged: every selected test was skipped' && [ "$status" -eq 5 ]
verdict $? 'a run that judges nothing is an error'

boot virtproof 1 vp.selftest
one_record '"type":"note"' 'vp.selftest: this image does not check itself: boot virtproof-selfcheck.elf'
verdict $? 'the image of users says where such tests are'
one_record '"type":"summary"' '"error":1,'
verdict $? 'and ends with an error'

boot virtproof-selfcheck 1 vp.selftest vp.bench
one_record '"type":"note"' 'bench and selftest are not done in one run'
verdict $? 'two things at once are refused'

sum_up test-wrong
