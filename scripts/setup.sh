#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Installs those of the named Debian packages that are missing. Elsewhere it names them.
set -euo pipefail

missing=()
if ! command -v dpkg-query >/dev/null; then
	echo "setup: this is no Debian or Ubuntu; please install what these packages hold: $*" >&2
	exit 0
fi
for package in "$@"; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
		missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
echo "setup: installing ${missing[*]}"
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
