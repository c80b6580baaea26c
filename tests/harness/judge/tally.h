/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What held in the test that runs counts when the test is over, and only if the test judged: one that was
 * skipped half way, or ended by the suite's own fault, has shown nothing. Boot CPU.
 */
#ifndef TESTS_HARNESS_TALLY_H
#define TESTS_HARNESS_TALLY_H

#include "tests/harness/plan/test.h"

/* A clause held once more in the test that runs. */
void tally_held(enum clause_id id);

/*
 * Ends the test: what held is added to the state of each clause (tests/harness/judge/clause.h), or
 * forgotten where the test, or the rest of it, was not judged or is the suite's fault.
 */
void tally_settle(const struct test_run *t);

/* On how many devices a clause held. */
unsigned tally_devices(enum clause_id id);

/* In how many variants it did. */
unsigned tally_variants(enum clause_id id);

/*
 * Writes the ids of the clauses that hold by the test that tally_settle() was last called for and had not
 * held before in this boot, blanks between. Those that do not fit are written the next time.
 */
void tally_news(char *ids, size_t size);

#endif
