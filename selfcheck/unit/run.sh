#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the named unit tests and sums them up in one line.
# usage: run.sh PROGRAM …
set -uo pipefail
. "$(dirname "$0")/../lib.sh"

for program in "$@"; do
	unit_test "$program"
done
sum_up 'unit tests'
