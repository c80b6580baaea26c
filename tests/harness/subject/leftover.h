/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reset has left of what was there before: a device is looked at again after every test. Boot CPU. */
#ifndef TESTS_HARNESS_LEFTOVER_H
#define TESTS_HARNESS_LEFTOVER_H

#include "tests/harness/plan/test.h"

/*
 * Compares the device of a test, which has just been reset and has no queues, with what it was at first
 * contact (contact.h), and judges what is left: one thing under the clause that asks for it, several as a
 * reset that does not reset (PCI-COMMON-8). Told once in a boot. A device that undoes only what DRIVER_OK has started
 * is made to go live and come back, from then on after each test that may need it. The device is reset again.
 */
void judge_leftovers(struct test_run *t);

/*
 * Sizes that a device keeps over a reset (a fault that is known) would be those of all rings to come: gives
 * it back those of first contact. The device is fresh from reset, and is so again.
 */
void restore_sizes(struct test_run *t);

#endif
