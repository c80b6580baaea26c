/* SPDX-License-Identifier: BSD-2-Clause */
/* One step of the plan: one test on one device in one variant, alone with it. Boot CPU. */
#ifndef TESTS_HARNESS_STEP_H
#define TESTS_HARNESS_STEP_H

#include "tests/harness/judge/finding.h"
#include "tests/harness/plan/result.h"
#include "tests/harness/plan/test.h"

/* Takes the memory that devices may touch: half of what is left, 16 MiB at most. Before any step. */
void take_arena(void);

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
 * off. interference may be NULL. What becomes of the device is not remembered.
 */
bool run_once(const struct test *test, struct virtio_device *device, const struct variant *variant,
	      const struct interference *interference);

/* What the test that was run last has found, until the next one is run. */
const struct findings *run_once_findings(void);

/*
 * An experiment of the harness, with those interrupts: nothing is counted or reported of it, and what becomes of
 * the device is not remembered. Returns what it came to.
 */
enum verdict ask_device(const struct test *question, struct virtio_device *device,
			enum interrupt_mode interrupts);

/*
 * Runs step `number` (from 1) of `of`; skips it, with the reason, where the test cannot run or `obstacle` is not
 * NULL. Returns the verdict, as far as it is known before end_step().
 */
enum verdict run_step(const struct test *test, struct virtio_device *device,
		      const struct variant *variant, unsigned number, unsigned of,
		      const char *obstacle);

/*
 * Reports the step that was run last; `died`: its device serves nothing since then, and what broke because of that
 * is told as that (tests/harness/judge/judge.h: settle_checks()). Returns the verdict.
 */
enum verdict end_step(bool died);

/* The test that runs, or ran last; its test is NULL before the first. Handler-safe, any CPU. */
const struct test_run *step_running(void);

#endif
