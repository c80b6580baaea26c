/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan and its execution. */
#ifndef TESTS_HARNESS_RUNNER_H
#define TESTS_HARNESS_RUNNER_H

#include "tests/harness/report.h"

/*
 * Runs every selected test on every selected device in every selected variant, reports each, and
 * sums up in *totals. `count` devices.
 */
void run_plan(struct virtio_device *devices, unsigned count, struct totals *totals);

/* Prints the tests and the clauses each judges (vp.list). */
void list_tests(void);

#endif
