/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan and its execution. */
#ifndef TESTS_HARNESS_RUNNER_H
#define TESTS_HARNESS_RUNNER_H

#include "tests/harness/plan/result.h"

/*
 * Runs every selected test on every selected device in every selected variant, reports each, and
 * sums up in *totals.
 */
void run_plan(struct totals *totals);

/*
 * Takes the memory that devices may touch, closes their pins and finds out which lines they drive.
 * Before run_once().
 */
void prepare_devices(void);

/*
 * Something between the tests and the device: begin() when it is fresh from reset, end() when the
 * test is over and the device was reset again.
 */
struct interference {
	void (*begin)(struct virtio_device *device);
	void (*end)(struct virtio_device *device);
};

/*
 * Runs one test outside the plan, unreported but for its broken checks. True when it had to be cut
 * off. interference may be NULL.
 */
bool run_once(const struct test *test, struct virtio_device *device, const struct variant *variant,
	      const struct interference *interference);

#endif
