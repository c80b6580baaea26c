/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan: every selected test, on every selected device, in every selected variant. Boot CPU. */
#ifndef TESTS_HARNESS_PLAN_H
#define TESTS_HARNESS_PLAN_H

#include "tests/harness/plan/result.h"

/*
 * Takes the memory that devices may touch, closes their pins and finds out which lines they drive.
 * Before run_once(), once.
 */
void prepare_subjects(void);

/* Prepares, runs the plan from step vp.from on, reports each step and sums up in *totals. */
void run_plan(struct totals *totals);

#endif
