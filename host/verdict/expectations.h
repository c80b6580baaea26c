/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known to go wrong on a VMM. A file of lines, columns apart by tabs:
 *
 *   what  device  variant  verdict  reason  link
 *
 * what is a clause ("BLK-12"), a test ("device.blk_flush"), or a clause in one test
 * ("BLK-12@device.blk_flush"); device a BDF, a type, or the name by which it was asked for
 * ("blk-iothread"); all three and the variant are globs.
 * verdict is fail or warn; for a clause also violated: either; for a test also error, or what
 * became of the VMM: vmm-died, …; with a ? behind it, it may also go well. A line beginning with #
 * is a comment.
 */
#ifndef HOST_VERDICT_EXPECTATIONS_H
#define HOST_VERDICT_EXPECTATIONS_H

#include <stdio.h>

#include <glib.h>

#include "host/record/job.h"

struct expectation {
	char *clause; /* glob, or NULL: about the test as a whole */
	char *test;   /* glob over suite.test; "*" for any */
	char *device;
	char *variant;
	char *verdict;
	gboolean sometimes; /* it may also go well */
	char *reason;
	char *link;
	char *line; /* as it stands in the file */
	gboolean met;
};

struct expectations {
	char *path;         /* NULL when nothing is expected */
	GPtrArray *entries; /* struct expectation */
};

/* How a job compares with what was expected. */
struct outcome {
	unsigned unexpected; /* tests that failed without being expected to */
	unsigned expected;   /* tests that failed as expected */
	unsigned errors;     /* among the unexpected: the suite's own */
	unsigned lost;       /* among the unexpected: the VMM went down */
	GPtrArray *stale;    /* struct expectation that did not come true, of the expectations */
};

/* How a test ends when what is expected is considered. */
enum test_end { END_PASSED, END_FAILED, END_EXPECTED, END_SKIPPED, END_ERROR };

/* Expects nothing. */
struct expectations *expectations_none(void);

/* Reads a file. NULL with error set, naming the line, when it is malformed. */
struct expectations *expectations_load(const char *path, GError **error);
void expectations_free(struct expectations *expectations);

/*
 * The file in folder for that VMM and version: of <vmm>-<version>.expect the one with the longest
 * part of the version ("7.2.22", "7.2", "7"), or NULL. The caller owns it.
 */
char *expectations_find(const char *folder, const char *vmm, const char *version);

/*
 * What is expected of that VMM: by choice a file, "none" for nothing, or NULL for the file that
 * expectations_find() finds where the program keeps them. NULL with error set when malformed.
 */
struct expectations *expectations_choose(const char *choice, const char *vmm, const char *version,
					 GError **error);

/* Marks the test and its checks with the expectations they meet. */
void expectations_mark(const struct expectations *expectations, struct test_result *test);

/* Whether a test went wrong in a way that no mark explains; strict: a warning is wrong too. */
gboolean test_is_unexpected(const struct test_result *test, gboolean strict);

/* How a test ends, expectations considered; strict: a warning is wrong too. */
enum test_end test_end(const struct test_result *test, gboolean strict);

/* Compares a job, all of whose tests are marked. Clear with outcome_clear(). */
void outcome_judge(const struct expectations *expectations, const struct job *job, gboolean strict,
		   struct outcome *outcome);
void outcome_clear(struct outcome *outcome);

/*
 * Writes the file as it would have to be for this job to be as expected: entries that did not
 * come true left out, what was unexpected added with a reason to be filled in.
 */
void expectations_propose(const struct expectations *expectations, const struct job *job,
			  gboolean strict, const struct outcome *outcome, FILE *out);

#endif
