/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a device that has failed a test still serves anything. Boot CPU. */
#ifndef TESTS_HARNESS_PULSE_H
#define TESTS_HARNESS_PULSE_H

#include "tests/harness/plan/test.h"

/* Whether that can be found out: there is a workload, and somebody behind the device if it takes one. */
bool pulse_can_be_felt(const struct virtio_device *device);

/*
 * Brings the device up, puts one plain request and waits for it longer than any test: a test that counts
 * nothing and fails when the device is dead. What it was like then is in t->subject->last_status.
 */
extern const struct test pulse_question;

#endif
