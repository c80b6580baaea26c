/* SPDX-License-Identifier: BSD-2-Clause */
/* What of all tests, devices and variants a run is about. */
#ifndef TESTS_HARNESS_SELECTION_H
#define TESTS_HARNESS_SELECTION_H

#include "tests/harness/plan/test.h"

/* Whether vp.tests and vp.skip let a test run on a device. */
bool test_selected(const struct test *test, const struct virtio_device *device);

/* Whether vp.device names the device. */
bool device_selected(const struct virtio_device *device);

/* Whether vp.scratch allows to destroy the device's data. */
bool device_is_scratch(const struct virtio_device *device);

/* The selected variants of a test on a device, at most `most`; how many there are. */
unsigned selected_variants(const struct test *test, const struct virtio_device *device,
			   struct variant *variants, unsigned most);

/*
 * Whether one of them would interrupt by the device's line, if only it were known which that is. Writes to
 * `variants`, of which there are `most`.
 */
bool would_use_line(const struct test *test, const struct virtio_device *device,
		    struct variant *variants, unsigned most);

/* The feature that a variant is about and its device does not offer any more; NULL: there is none. */
const char *variant_in_the_way(const struct variant *variant, const struct virtio_device *device);

/* Why the test cannot run on this device, or NULL when it can. */
const char *reason_to_skip(const struct test *test, const struct virtio_device *device);

#endif
