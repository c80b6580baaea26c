/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/interrupt_lab.h"

struct lab lab;
