/* SPDX-License-Identifier: BSD-2-Clause */
/* What this room keeps for each CPU. */
#ifndef ARCH_X86_INTERRUPT_STATE_H
#define ARCH_X86_INTERRUPT_STATE_H

#include "arch/interrupt.h"

/* Written on that CPU alone, by handlers; read from anywhere. */
struct interrupt_state {
	volatile uint64_t total;  /* arrivals on device vectors */
	volatile uint64_t strays; /* of them, those on vectors that nobody had allocated */
	uint32_t errors;          /* bits of the LAPIC error status its interrupt has seen */
	struct interrupt_tally tally[256];
};

#endif
