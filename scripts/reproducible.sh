#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Builds the committed tree in two folders with paths of different length and compares the images of all kinds, the program on
# the host and what it knows of the image.
# usage: reproducible.sh BUILD
set -euo pipefail

files=(virtproof.elf virtproof.img virtproof.efi virtproof virtproof.catalogue)
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof.XXXXXX")
trap 'rm -rf "$work"' EXIT
for folder in a a/rather/longer/path; do
	mkdir -p "$work/$folder/tree"
	git ls-files -z | xargs -0 cp --parents -t "$work/$folder/tree"
	env -u MAKEFLAGS make -s -j"$(nproc)" -C "$work/$folder/tree" BUILD=build "${files[@]/#/build/}" >/dev/null
done
for file in "${files[@]}"; do
	cmp "$work/a/tree/build/$file" "$work/a/rather/longer/path/tree/build/$file"
done
echo "reproducible: ${#files[@]} passed, 0 failed, 0 skipped"
