#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Boots the image with the tests that go wrong on purpose, and looks that each is reported as it has to
# be, that the tests around them are run, and that the summary counts right.
# usage: run.sh BUILD
set -uo pipefail

build=$1
passed=0
failed=0
records=$(mktemp "${TMPDIR:-/tmp}/virtproof-selftest.XXXXXX")
trap 'rm -f "$records"' EXIT

# boot CPUS words …: runs the image on two devices; records and exit status are kept.
boot() {
	local cpus=$1
	shift
	timeout -k 3 60 qemu-system-x86_64 -M q35 -accel tcg -m 64 -smp "$cpus" -nodefaults \
		-display none -no-reboot -serial stdio \
		-device isa-debug-exit,iobase=0xf4,iosize=4 -kernel "$build/virtproof.elf" \
		-append "vp.exit=debug vp.format=json vp.selftest $*" \
		-device virtio-rng-pci,addr=1 -device virtio-rng-pci,addr=2 >"$records"
	status=$?
}

# expect WHAT: the last command's outcome under a name.
expect() {
	if [ "$?" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok      $1"
	else
		failed=$((failed + 1))
		echo "FAILED  $1"
	fi
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

# fails TEST REASON: the test failed on the first device, for this reason.
fails() {
	one_record '"type":"test"' "\"test\":\"$1\"" '"device":"00:01.0"' '"verdict":"fail"' \
		"\"reason\":\"[^\"]*$2"
	expect "selftest.$1 is reported: $2"
}

boot 2 'vp.tests=selftest.*,transport.version_1_is_offered vp.skip=selftest.wedges_the_device'
fails spins_for_ever 'cut off after'
fails sleeps_for_ever 'cut off after'
fails dereferences_null '#PF'
fails divides_by_zero '#DE'
fails executes_nonsense '#UD'
fails executes_data '#PF'
fails writes_to_its_code '#PF'
fails overflows_its_stack '#\(PF\|DF\)'
one_record '"type":"test"' '"test":"judges_nothing"' '"device":"00:01.0"' '"verdict":"skip"' 'nothing that it judges'
expect 'selftest.judges_nothing is no pass'
fails writes_beside_its_buffer 'byte 16 of buffer (16 bytes) is 0x42'
fails spins_with_interrupts_closed 'stopped'
fails loses_a_call 'lost call'
fails loses_a_kick 'lost kick'
fails finds_it_silent 'silent'
[ "$(grep -c '"test":"version_1_is_offered".*"verdict":"pass"' "$records")" -eq 2 ]
expect 'the tests beside them pass on both devices'
one_record '"type":"summary"' '"pass":2,' '"fail":26,' '"error":0,'
expect 'the summary counts 2 passed, 26 failed, no error'
[ "$status" -eq 3 ]
expect 'the exit status says that requirements are violated'

boot 1 'vp.tests=selftest.spins_with_interrupts_closed'
one_record '"type":"test"' '"device":"00:01.0"' '"verdict":"skip"' 'needs a second CPU'
expect 'what another CPU has to end is skipped where there is none'

boot 1 'vp.tests=selftest.wedges_the_device'
one_record '"test":"wedges_the_device"' '"device":"00:01.0"' '"verdict":"fail"'
expect 'a device that does not come back from reset fails the test'
one_record '"test":"wedges_the_device"' '"device":"00:02.0"' '"verdict":"fail"'
expect 'and the next device is tested'
one_record '"type":"summary"' '"fail":2,'
expect 'and the run goes on to its summary'

echo "test-selftest: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
