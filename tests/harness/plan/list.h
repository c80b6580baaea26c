/* SPDX-License-Identifier: BSD-2-Clause */
/* What this image can judge. */
#ifndef TESTS_HARNESS_LIST_H
#define TESTS_HARNESS_LIST_H

/*
 * Prints the tests, the clauses that each judges, those that helpers judge for them, and the clauses of
 * the same areas that a guest could judge and no test does (vp.list).
 */
void list_tests(void);

#endif
