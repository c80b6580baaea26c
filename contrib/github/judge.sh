#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the action does: builds virtproof where none is installed, and judges. The inputs of action.yml come in the
# environment.
set -euo pipefail

tree=$(realpath "$(dirname "$0")/../..")
virtproof=$(command -v virtproof || true)
if [ -z "$virtproof" ]; then
	virtproof=$tree/build/virtproof
	[ -x "$virtproof" ] || make -s -C "$tree" -j"$(nproc)" setup-build all
fi
options=(--github --vmm "${VMM:-qemu}" --log "$OUTPUT/run.log" --report "$OUTPUT/run.html" --report "$OUTPUT/run.xml")
[ -z "${PROGRAM:-}" ] || options+=(--program "$PROGRAM")
[ -z "${EXPECT:-}" ] || options+=(--expect "$EXPECT")
[ -z "${BASELINE:-}" ] || options+=(--baseline "$BASELINE")
mapfile -t more < <(xargs -r -n1 printf '%s\n' <<<"${OPTIONS:-}")
mkdir -p "$OUTPUT"
exec "$virtproof" run "${options[@]}" "${more[@]}"
