/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Root faults: clauses that much else rests on. What is found broken once is told once; the tests that take
 * it for granted (.assumes) are not judged from then on, and say since when. Boot CPU.
 */
#ifndef TESTS_HARNESS_FAULT_H
#define TESTS_HARNESS_FAULT_H

#include "tests/harness/judge/clause.h"
#include "tests/harness/plan/result.h"

#define FAULTS_MOST 16

/* One that is known of a device. */
struct fault {
	enum clause_id clause;
	uint32_t takes;             /* STATE_…: what nobody can take for granted any more */
	char since[TEST_NAME_SIZE]; /* the test in which it was found */
};

/* Those that are known of one device. */
struct faults {
	unsigned count;
	struct fault list[FAULTS_MOST];
};

/* Whether a clause that is broken is a root fault; *takes: STATE_… that it takes away then. */
bool is_root(enum clause_id id, uint32_t *takes);

/* STATE_… that a test takes for granted: what it declares, or else what it needs and judges. */
uint32_t assumed_by(const struct test *test);

/* The fault of a clause; NULL: it is not known. */
const struct fault *fault_of(const struct faults *faults, enum clause_id id);

/* The first fault that keeps a test from being judged; NULL: there is none. */
const struct fault *fault_in_the_way(const struct faults *faults, const struct test *test);

/* Enters the fault of a clause, if it is one and not yet known, and tells it (record `finding`). */
void note_fault(struct test_run *t, enum clause_id id);

#endif
