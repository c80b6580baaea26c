/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests that go wrong on purpose: each has to be reported as failed, and the run has to go on to a
 * correct summary. They are written as any other, with WRONG() for TEST(); vp.selftest runs them before
 * the tests, and vp.tests chooses among all.
 */
#ifndef SELFCHECK_WRONG_H
#define SELFCHECK_WRONG_H

#include "tests/harness/drive/drive.h"

/* Defines a test that goes wrong; its body follows. */
#define WRONG(suite_name, test_name, ...)                                                          \
	REGISTER_TEST(registry_wrong, suite_name, test_name, __VA_ARGS__)

#endif
