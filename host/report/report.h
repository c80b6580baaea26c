/* SPDX-License-Identifier: BSD-2-Clause */
/* What a document is made of: jobs, and how they compare with what was expected. */
#ifndef HOST_REPORT_REPORT_H
#define HOST_REPORT_REPORT_H

#include "host/verdict/conclusion.h"

/* Made by report_new() or report_of(). */
struct report {
	GPtrArray *conclusions; /* struct conclusion, one a job */
	GPtrArray *
		expectations; /* struct expectations that the conclusions refer to, if they are the report's */
};

/*
 * Compares the jobs, struct job, with their expectations: choice is a file for all of them, "none", or
 * NULL for the file of each job's VMM; strict: warnings are failures. NULL with error set when a file is
 * malformed. The jobs have to live as long as the report, which the caller owns.
 */
struct report *report_new(GPtrArray *jobs, const char *choice, gboolean strict, GError **error);

/* A report of one job that has been concluded. The conclusion is not owned; the caller owns the report. */
struct report *report_of(struct conclusion *conclusion);

/* Frees it with what it owns; the jobs stay. NULL is fine. */
void report_free(struct report *report);

#endif
