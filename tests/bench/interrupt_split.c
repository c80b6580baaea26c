/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/fast_split.h"

#include "tests/bench/interrupt_steps.h"

LAB_STEPS(split_lab_steps);
