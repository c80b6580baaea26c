# SPDX-License-Identifier: BSD-2-Clause
# What the test scripts share. A script sources it with BUILD as $1.
set -uo pipefail

build=$(realpath "$1")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

virtproof() {
	timeout -k 3 120 "$build/virtproof" "$@"
}

# virtproof run with the stand-in as VMM: its output goes to $folder/out, its status to $status.
run_stand_in() {
	status=0
	virtproof run --vmm "$here/stand-in.ini" --program "$build/host/stand-in" "$@" \
		>"$folder/out" 2>&1 || status=$?
}

# expect NAME CONDITION…: the condition is a command.
expect() {
	local name=$1
	shift
	if "$@"; then
		echo "ok $name"
	else
		echo "not ok $name"
		echo "  failed: $*"
		[ ! -f "$folder/out" ] || sed 's/^/  | /' "$folder/out"
	fi
}

says() {
	grep -qsF -- "$1" "$folder/out"
}

status_is() {
	[ "$status" -eq "$1" ]
}

# A process that nobody waits for may stay as a zombie: it runs no more.
is_gone() {
	[ ! -e "/proc/$1" ] || grep -qs "^State:.*Z" "/proc/$1/status"
}
