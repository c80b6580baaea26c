/* SPDX-License-Identifier: BSD-2-Clause */
/* What a document is made of: jobs, and how they compare with what was expected. */
#ifndef HOST_REPORT_REPORT_H
#define HOST_REPORT_REPORT_H

#include "host/verdict/conclusion.h"

/* Made by report_load() or report_of(). */
struct report {
	GPtrArray *conclusions;  /* struct conclusion, one a job */
	GPtrArray *jobs;         /* struct job that they refer to, if they are the report's */
	GPtrArray *expectations; /* struct expectations, likewise */
};

/*
 * A report of the jobs of all files of records (NULL behind the last). choice is a file of expectations
 * for all of them, "none", or NULL for the file of each job's VMM; strict: warnings are failures. NULL
 * with error set when a file cannot be read or is malformed. The caller owns the report.
 */
struct report *report_load(char *const *records, const char *choice, gboolean strict,
			   GError **error);

/* A report of one job that has been concluded. The conclusion is not owned; never fails; the caller owns the report. */
struct report *report_of(struct conclusion *conclusion);

/* Frees it with what it owns. NULL is fine. */
void report_free(struct report *report);

#endif
