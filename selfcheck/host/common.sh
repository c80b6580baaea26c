# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What the test scripts share. A script sources it with BUILD as $1.
set -uo pipefail

build=$(realpath "$1")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
. "$here/../lib.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

virtproof() {
	limited 120 "$build/virtproof" "$@"
}

# virtproof run with the stand-in as VMM: its output goes to $folder/out, its status to $status.
run_stand_in() {
	status=0
	virtproof run --verbose --vmm "$here/stand-in.ini" --program "$build/host/stand-in" "$@" \
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

# Whether other processes leave one here less than two thirds of a CPU: what it takes in seconds shows nothing then.
machine_is_busy() {
	local TIMEFORMAT='%R %U %S' took
	took=$({ time awk 'BEGIN { for (n = 0; n < 8000000; n++) sum += n }'; } 2>&1)
	awk '{ exit !($1 > 1.5 * ($2 + $3)) }' <<<"$took"
}

# expect_timely NAME CONDITION…: the same of a condition that is about seconds.
expect_timely() {
	local name=$1
	shift
	if ! "$@" && machine_is_busy; then
		echo "skip $name: other processes keep the CPUs busy"
	else
		expect "$name" "$@"
	fi
}

# fetch_modules NAME…: of the npm registry, into $modules; fails where one of them is not to be had.
modules=$build/host/browser/node_modules
fetch_modules() {
	local name
	for name; do
		[ -d "$modules/$name" ] && continue
		mkdir -p "$build/host/browser"
		# They come all together, lest two who want them remove each other's.
		flock "$build/host/browser" npm install --silent --no-save --no-package-lock --prefix "$build/host/browser" \
			playwright-core axe-core ajv yaml >/dev/null 2>&1
		[ -d "$modules/$name" ] || return 1
	done
}

# need_browser WHAT: Chromium, and what drives it; where one is not to be had the script ends here.
need_browser() {
	local missing="Chromium is not installed"
	if command -v "${CHROMIUM:-chromium}" >/dev/null; then
		fetch_modules playwright-core axe-core && return
		missing="playwright-core and axe-core are not to be had from the npm registry"
	fi
	echo "skip $1 in a browser: $missing"
	exit 0
}

# walk SCRIPT WORD…: through pages, in a browser.
walk() {
	local script=$1
	shift
	node "$here/$script" "$modules/playwright-core" "$modules/axe-core/axe.min.js" "$@"
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
