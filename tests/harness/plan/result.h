/* SPDX-License-Identifier: BSD-2-Clause */
/* How a test went, and how all of them did. */
#ifndef TESTS_HARNESS_RESULT_H
#define TESTS_HARNESS_RESULT_H

#include "tests/harness/plan/test.h"
#include "tests/harness/plan/verdict.h"

/* How one test on one device in one variant went. */
struct result {
	const struct test *test;
	const struct virtio_device *device; /* NULL: the test is about no device */
	const char *variant;
	uint64_t microseconds;
	unsigned number, of; /* place in the plan, from 1 */
};

/* The fields of a record that say which test it is about: for REPORT(). */
#define PLACE_FIELDS(result)                                                                       \
	TEXT("suite", (result)->test->suite), TEXT("test", (result)->test->name),                  \
		TEXT("device", (result)->device ? (result)->device->name : ""),                    \
		TEXT("variant", (result)->variant)

/* The sums of a run. */
struct totals {
	unsigned verdicts[VERDICTS];
	unsigned holds, violated, unjudged,
		uncovered; /* clauses; the last are among the unjudged */
	uint64_t milliseconds;
};

/* The heaviest verdict of a run: a skipped test weighs nothing. */
enum verdict worst_of(const struct totals *totals);

/* Reports the sums, as the last record of a run. */
void report_summary(const struct totals *totals);

/* "suite.test". */
#define TEST_NAME_SIZE 96
void test_full_name(const struct test *test, char name[TEST_NAME_SIZE]);

#endif
