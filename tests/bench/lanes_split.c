/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/fast_split.h"

#include "tests/bench/lane_loop.h"

LANE_LOOPS(split_lane_loops);
