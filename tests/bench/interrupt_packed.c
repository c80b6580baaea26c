/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/fast_packed.h"

#include "tests/bench/interrupt_steps.h"

LAB_STEPS(packed_lab_steps);
