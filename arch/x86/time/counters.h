/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters of known frequency, measured against the TSC. */
#ifndef ARCH_X86_COUNTERS_H
#define ARCH_X86_COUNTERS_H

#include "lib/base.h"

/* TSC ticks a millisecond by each counter, 0 by one that is absent or does not count. */
struct counter_rates {
	uint32_t pm_timer_khz;
	uint32_t hpet_khz;
	uint32_t pit_khz;
	uint32_t lapic_timer_khz; /* right only where that runs at 1 GHz, as under KVM and QEMU */
};

/*
 * Takes some 3 ms, at most about 50 ms. pm_timer is its port, or 0; hpet its registers, or NULL: it is asked where
 * there is no PM timer.
 */
struct counter_rates counters_measure(uint16_t pm_timer, volatile uint8_t *hpet);

#endif
