#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Builds the committed tree in two folders with paths of different length and compares the images of all kinds.
# usage: reproducible.sh BUILD
set -euo pipefail

work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof.XXXXXX")
trap 'rm -rf "$work"' EXIT
for folder in a a/rather/longer/path; do
	mkdir -p "$work/$folder/tree"
	git ls-files -z | xargs -0 cp --parents -t "$work/$folder/tree"
	env -u MAKEFLAGS make -s -j"$(nproc)" -C "$work/$folder/tree" BUILD=build build/virtproof.elf build/virtproof.img build/virtproof.efi >/dev/null
done
for kind in elf img efi; do
	cmp "$work/a/tree/build/virtproof.$kind" "$work/a/rather/longer/path/tree/build/virtproof.$kind"
done
echo "reproducible: 3 passed, 0 failed, 0 skipped"
