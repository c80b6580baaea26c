/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/fast_split.h"

#include "tests/bench/load_loop.h"

LOAD_LOOPS(split_load_loops);
