#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Builds the committed tree twice and compares the images of all kinds, the disc, the program on the host and what it knows of
# the image. Folder, time, time zone and permissions differ.
# usage: reproducible.sh BUILD
set -euo pipefail

files=(virtproof.elf virtproof.img virtproof.efi virtproof.iso virtproof virtproof.catalogue)
skipped=0
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof.XXXXXX")
trap 'rm -rf "$work"' EXIT
build() { # build FOLDER
	mkdir -p "$work/$1/tree"
	git ls-files -z | xargs -0 cp --parents -t "$work/$1/tree"
	env -u MAKEFLAGS make -s -j"$(nproc)" -C "$work/$1/tree" BUILD=build "${files[@]/#/build/}" >/dev/null
}
build a
(umask 077 && TZ=Pacific/Auckland build a/rather/longer/path)
one=$work/a/tree/build other=$work/a/rather/longer/path/tree/build
for file in "${files[@]}"; do
	if [ ! -e "$one/$file" ] && [ "$file" = virtproof.iso ]; then
		skipped=1
		echo "skipped the disc: what makes it is not installed"
	else
		cmp "$one/$file" "$other/$file"
	fi
done
echo "reproducible: $((${#files[@]} - skipped)) passed, 0 failed, $skipped skipped"
