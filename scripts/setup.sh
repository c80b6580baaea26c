#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Installs those of the named Debian packages that are missing. Elsewhere it names them.
set -euo pipefail

if ! command -v dpkg-query >/dev/null; then
	echo "setup: this is no Debian or Ubuntu; please install what these packages hold: $*" >&2
	exit 0
fi
find_missing() {
	missing=()
	for package in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			missing+=("$package")
	done
}
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
export DEBIAN_FRONTEND=noninteractive

find_missing "$@"
[ ${#missing[@]} -gt 0 ] || exit 0
$as_root apt-get update -qq
# A package of another release that does not go with a new one is removed for it: then its turn comes.
for _ in first second; do
	[ ${#missing[@]} -gt 0 ] || break
	echo "setup: installing ${missing[*]}"
	$as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
	find_missing "$@"
done
if [ ${#missing[@]} -gt 0 ]; then
	echo "setup: ${missing[*]} cannot be installed beside the others" >&2
	exit 1
fi
