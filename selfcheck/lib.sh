# SPDX-License-Identifier: BSD-2-Clause
# What scripts that check the product share: to be sourced.
passed=0
failed=0
skipped=0

# A QEMU with nothing in it but what follows; the image ends it with status 1 when all is good, 3 when not.
qemu=("${QEMU:-qemu-system-x86_64}" -nodefaults -display none -no-reboot
	-device isa-debug-exit,iobase=0xf4,iosize=4)

verdict() { # verdict STATUS WHAT
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok      $2"
	else
		failed=$((failed + 1))
		echo "FAILED  $2"
	fi
}

skip() { # skip WHAT [COUNT]
	skipped=$((skipped + ${2:-1}))
	echo "skipped $1"
}

unit_test() { # unit_test PROGRAM: a cmocka program with all its tests; says what it said when one fails
	local log status ok bad
	log=$(CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 3 120 "$1" 2>&1)
	status=$?
	ok=$(grep -c "^ok " <<<"$log")
	bad=$(grep -c "^not ok " <<<"$log")
	[ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	passed=$((passed + ok))
	failed=$((failed + bad))
	[ "$bad" -eq 0 ] || printf "== %s (status %s)\n%s\n" "$1" "$status" "$log"
}

sum_up() { # sum_up TARGET: the last line; fails when anything did
	echo "$1: $passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}
