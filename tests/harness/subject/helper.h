/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices beside the one that is tested, where a test wants their help. Boot CPU. */
#ifndef TESTS_HARNESS_HELPER_H
#define TESTS_HARNESS_HELPER_H

#include "tests/harness/plan/test.h"

#define ANY_TYPE 0

/*
 * The nth device of a type (or of ANY_TYPE) beside the one that is tested, from 0; NULL when there are not
 * so many that work. Devices that vp.device leaves out count: they are not judged, but can help.
 */
struct virtio_device *other_device(const struct test_run *t, uint32_t type, unsigned n);

/*
 * Takes another device into the test, fresh from reset as in fresh.h; one that has been taken already ends
 * its service first. All are released after the test. False when it does not come back from reset, or
 * HELPERS_MOST have been taken.
 */
bool take_helper(struct test_run *t, struct virtio_device *device) MUST_CHECK;

/* Ends the service of a device that was taken: it is reset, its queues and vectors are given back. */
void release_helper(struct test_run *t, struct virtio_device *device);

/* The same for all that are left. */
void release_helpers(struct test_run *t);

#endif
