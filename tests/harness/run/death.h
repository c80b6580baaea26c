/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device that died: whatever fails after that says nothing new. The test that killed it keeps its own
 * clause, and nothing that follows on this device is judged in this boot. Boot CPU.
 */
#ifndef TESTS_HARNESS_DEATH_H
#define TESTS_HARNESS_DEATH_H

#include "tests/harness/plan/result.h"

/*
 * After a test of the plan that did not go well: feels the device's pulse, twice when there is none, and enters
 * its death. True when it died by this test. Costs a request where the device lives, 20 s at most where it does not.
 */
bool look_for_death(struct virtio_device *device, const struct test *test,
		    const struct variant *variant);

/* Reports the death of a device (`finding`), once the test that brought it about was told. */
void tell_death(const struct virtio_device *device);

/* Why a test can judge nothing on a device that died, or did not come back; NULL: it can. */
const char *death_in_the_way(const struct virtio_device *device, const struct test *test);

#endif
