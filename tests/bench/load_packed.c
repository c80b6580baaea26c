/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/fast_packed.h"

#include "tests/bench/load_loop.h"

LOAD_LOOPS(packed_load_loops);
