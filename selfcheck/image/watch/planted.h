/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Breaches that are planted, so that the watch is seen to see: each breaks the rule that it is named after, and no
 * other. They are written as tests are:
 *
 *	PLANTED(DRIVER_COMMON_6) { …; transport->… }
 */
#ifndef SELFCHECK_WATCH_PLANTED_H
#define SELFCHECK_WATCH_PLANTED_H

#include "tests/harness/plan/test.h"

/* A feature that nothing defines, which the first device pretends to have. */
#define UNDEFINED_FEATURE 48

/* What makes a breach: its body follows, in which `t` is the test that runs. */
#define PLANTED(rule, ...)                                                                         \
	REGISTER_TEST(registry_planted, planted, rule, .traits = DEVICE_OVER_PCI, ##__VA_ARGS__)

/* The same over MMIO. */
#define PLANTED_OVER_MMIO(rule)                                                                    \
	REGISTER_TEST(registry_planted, planted, rule, .traits = DEVICE_OVER_MMIO)

/* The registry, which linker.ld gathers. */
extern const struct test *const __start_registry_planted[];
extern const struct test *const __stop_registry_planted[]; /* its end */

/* Reports for each whether it was seen, under its rule alone; true when all were. Boot CPU. */
bool report_planted(void);

#endif
