# SPDX-License-Identifier: BSD-2-Clause
# What scripts that judge by a line each share: to be sourced.
passed=0
failed=0
skipped=0

verdict() { # verdict STATUS WHAT
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok      $2"
	else
		failed=$((failed + 1))
		echo "FAILED  $2"
	fi
}

sum_up() { # sum_up TARGET: the last line; fails when anything did
	echo "$1: $passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}
