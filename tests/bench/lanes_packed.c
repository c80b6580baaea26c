/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/fast_packed.h"

#include "tests/bench/lane_loop.h"

LANE_LOOPS(packed_lane_loops);
