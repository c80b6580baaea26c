#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Builds what crates.tsv lists below FOLDER, one after another and without haste: as releases are built, but not
# optimized, which takes longest and changes nothing that is judged. What is there stays. Says why when one cannot
# be had, and goes on.
# usage: crates.sh FOLDER
set -uo pipefail

folder=$(realpath -m "$1")
here=$(dirname "$0")
log=$folder/log

if ! command -v cargo >/dev/null; then
	echo "cargo is not installed"
	exit 0
fi
mkdir -p "$folder"
export CARGO_TARGET_DIR=$folder/target CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off
while IFS=$'\t' read -r crate version program options; do
	case $crate in '#'* | '') continue ;; esac
	[ ! -x "$folder/bin/$program" ] || continue
	echo "  CARGO   $crate $version"
	# shellcheck disable=SC2086 # options are words
	nice cargo install --quiet --locked --jobs 1 --root "$folder" --version "=$version" "$crate" $options \
		>>"$log" 2>&1 </dev/null || echo "$crate $version cannot be built ($log)"
done <"$here/crates.tsv"
rm -rf "$folder/target"
