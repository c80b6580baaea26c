#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Builds the Debian package of the committed tree; lintian finds nothing in it, and what is in it runs without the tree.
# usage: run.sh BUILD
set -uo pipefail

. "$(dirname "$0")/../lib.sh"
if ! command -v dpkg-buildpackage >/dev/null || ! command -v dh >/dev/null || ! command -v lintian >/dev/null; then
	skip "the Debian package: dpkg-dev, debhelper or lintian is not installed"
	sum_up test-package
	exit
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
git ls-files -z | xargs -0 cp --parents -t "$work/tree"
(cd "$work/tree" && env -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage -us -uc -b -j2) >"$work/log" 2>&1
verdict $? "the package is built"
[ "$failed" -eq 0 ] || tail -20 "$work/log"
# Whether instructions read like words is chance: the override of that may be of no use.
said=$(cd "$work" && lintian -I ./*.changes 2>&1 | grep '^[EWI]:' | grep -v "unused-override spelling-error-in-binary")
ls "$work"/virtproof_*.deb >/dev/null && [ -z "$said" ]
verdict $? "lintian finds nothing${said:+: $said}"
dpkg -x "$work"/virtproof_*.deb "$work/installed"
listed=$(cd "$work" && installed/usr/bin/virtproof run --list-tests --program none | grep -c '^[a-z0-9]*\.')
[ "$listed" -gt 100 ]
verdict $? "what is in it runs elsewhere"
sum_up test-package
