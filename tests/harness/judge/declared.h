/* SPDX-License-Identifier: BSD-2-Clause */
/* Who judges which clause, as tests declare it: .judges = CLAUSES(…), and what the harness adds to each. */
#ifndef TESTS_HARNESS_DECLARED_H
#define TESTS_HARNESS_DECLARED_H

#include "tests/harness/plan/test.h"

/* Clauses of a test, in the order of its declaration. */
#define for_each_judged(id, test)                                                                  \
	for (const uint16_t *id = (test)->judges; id && *id != CLAUSE_COUNT; id++)

/* What the harness judges beside every test, ended as a test's list is. */
extern const uint16_t judged_beside[];

/* Whether a test declares the clause. */
bool test_judges(const struct test *test, enum clause_id id);

/* Whether the harness judges the clause beside every test. */
bool harness_judges(enum clause_id id);

/* Whether anything in this image judges the clause. */
bool clause_is_judged(enum clause_id id);

#endif
