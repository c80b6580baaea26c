/* SPDX-License-Identifier: BSD-2-Clause */
/* Puts a saboteur between a device and the tests, and takes it away. */
#ifndef TESTS_SABOTAGE_SHIM_H
#define TESTS_SABOTAGE_SHIM_H

#include "tests/harness/plan/runner.h"
#include "selfcheck/image/sabotage/sabotage.h"

/* Who stands in between from the next step on. */
void shim_choose(const struct saboteur *saboteur);

/* For run_once(). */
extern const struct interference shim;

#endif
