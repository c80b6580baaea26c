# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What scripts that check the product share: to be sourced.
passed=0
failed=0
skipped=0

# A QEMU with nothing in it but what follows; the image ends it with status 1 when all is good, 3 when not.
qemu=("${QEMU:-qemu-system-x86_64}" -nodefaults -display none -no-reboot
	-device isa-debug-exit,iobase=0xf4,iosize=4)

# How many times as long as on an idle machine something takes here: what wants to run shares the processors.
times_as_long() {
	local minute running
	read -r minute _ _ running _ </proc/loadavg
	minute=${minute%.*} running=${running%/*}
	echo $((1 + (minute > running ? minute : running) / $(nproc)))
}

# limited SECONDS COMMAND …: ends the command when it takes longer than on a machine that is as busy as this.
limited() {
	local seconds=$1
	shift
	timeout -k 3 $((seconds * $(times_as_long))) "$@"
}

# Devices that the user adds: DEVICES="-device …".
read -ra extra_devices <<<"${DEVICES:-}"

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
	log=$(CMOCKA_MESSAGE_OUTPUT=TAP limited 120 "$1" 2>&1)
	status=$?
	ok=$(grep -c "^ok " <<<"$log")
	bad=$(grep -c "^not ok " <<<"$log")
	[ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	passed=$((passed + ok))
	failed=$((failed + bad))
	[ "$bad" -eq 0 ] || printf "== %s (status %s)\n%s\n" "$1" "$status" "$log"
}

# beside COMMAND …: in the background, once fewer than that do something there: a boot waits more than it works.
most_beside=3
beside() {
	while [ "$(jobs -rp | wc -l)" -ge "$most_beside" ]; do wait -n; done
	"$@" &
}

# side_by_side TARGET BUILD PART …: this script once for each part, at the same time; what they said, and the sum.
side_by_side() {
	local target=$1 build=$2 said part
	shift 2
	said=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-parts.XXXXXX")
	for part; do
		"$0" "$build" "$part" >"$said/$part" &
	done
	wait
	for part; do
		grep -v ' passed, ' "$said/$part"
		grep -q ' passed, ' "$said/$part" || echo "FAILED  $part: it came to no end"
	done | tee "$said/all"
	passed=$(grep -c '^ok ' "$said/all")
	failed=$(grep -c '^FAILED ' "$said/all")
	rm -r "$said"
	sum_up "$target"
}

sum_up() { # sum_up TARGET: the last line; fails when anything did
	echo "$1: $passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}

# text FIELD RECORD: the text of a field of a record, without quotes in it.
text() { sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" <<<"$2"; }
