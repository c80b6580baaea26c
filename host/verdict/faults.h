/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong, each once: a clause that is broken in many tests, on many devices, in many jobs of one VMM is one
 * fault. So is what became of the VMM in a test, or a test that fails and no clause says why.
 */
#ifndef HOST_VERDICT_FAULTS_H
#define HOST_VERDICT_FAULTS_H

#include "host/verdict/conclusion.h"

/* A test in which it was seen. */
struct sighting {
	const struct job *job;
	const struct test_result *test;
	const struct check *check; /* the first in the test; NULL: no clause says it */
};

/* All but what and the arrays belongs to the jobs and their expectations. */
struct fault {
	char *what;                            /* "BLK-12", "vmm-died in ring.wrap" */
	enum level level;                      /* of the clause; LEVEL_NONE without one */
	enum verdict verdict;                  /* what it makes of a test */
	const struct expectation *expectation; /* that foresees it, or NULL */
	gboolean unexpected;                   /* it fails the run */
	GPtrArray *sightings;                  /* struct sighting, in the order of the tests */
	GPtrArray *devices;  /* char *: on what, by the names they were asked for */
	GPtrArray *variants; /* char *, borrowed */
	unsigned taken;      /* tests that could not be judged because of it */
};

/*
 * The faults of jobs that have been concluded, struct conclusion: what is unexpected first, then warnings that nobody
 * foresaw, then what was expected. The caller owns the array, and that the faults.
 */
GPtrArray *faults_of(const GPtrArray *conclusions);

/* The same of one job. */
GPtrArray *faults_of_one(const struct conclusion *conclusion);

#endif
