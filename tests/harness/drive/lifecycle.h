/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host does to the whole machine while a driver is in the middle of something. Only for tests with NEEDS_HOST. */
#ifndef TESTS_HARNESS_LIFECYCLE_H
#define TESTS_HARNESS_LIFECYCLE_H

#include "tests/harness/plan/test.h"

/* Something that happens to it; no driver is told. */
struct lifecycle_event {
	const char *verb;  /* that the host is asked for: docs/ask.md */
	const char *words; /* "the machine was paused" */
};
extern const struct lifecycle_event machine_paused;   /* for longer than requests take */
extern const struct lifecycle_event machine_restored; /* saved, and restored in another process */
extern const struct lifecycle_event machine_migrated; /* moved to another process while it runs */

/* For the beginning of a test: skips it where the host is not to be asked for that (vp.lifecycle), which takes a while. */
void need_lifecycle(struct test_run *t, const struct lifecycle_event *event);

/*
 * Returns behind it. False where the host does not do it, and why is in the buffer: for who has something to end before
 * the test is skipped.
 */
bool try_to_live_through(const struct lifecycle_event *event, char *why, size_t size);

/* The same; skips the test, saying why, where the host does not do it. */
void live_through(struct test_run *t, const struct lifecycle_event *event);

/* How many have been lived through since boot: for who interferes with a device from then on. Handler-safe. */
unsigned lifecycle_events(void);

#endif
