/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs as a document: TAP, JUnit XML, JSON, Markdown, HTML. */
#ifndef HOST_REPORT_REPORT_H
#define HOST_REPORT_REPORT_H

#include <stdio.h>

#include "host/record/job.h"
#include "host/verdict/expectations.h"

/* What a document is made of. */
struct report {
	GPtrArray *jobs;         /* struct job, not owned */
	GPtrArray *expectations; /* struct expectations, one for each job */
	GPtrArray *outcomes;     /* struct outcome, one for each job */
	gboolean strict;         /* warnings are failures */
};

struct report_format {
	const char *name;
	const char *suffix; /* of a file's name, ".tap" */
	void (*write)(const struct report *report, FILE *out);
};

/*
 * Compares the jobs with their expectations: choice is a file for all of them, "none", or NULL
 * for the file of each job's VMM. NULL with error set when a file is malformed.
 */
struct report *report_new(GPtrArray *jobs, const char *choice, gboolean strict, GError **error);
void report_free(struct report *report);

/* The format of that name, or, by its suffix, of that file; NULL when there is none. */
const struct report_format *report_format_named(const char *name);
const struct report_format *report_format_of(const char *path);

/*
 * Whether each name tells a format; makes the folders that are missing. NULL: no documents. FALSE with error
 * set.
 */
gboolean reports_are_possible(char *const *paths, GError **error);

/* Writes a document to a file, "-" being standard output. FALSE with error set. */
gboolean report_write(const struct report *report, const struct report_format *format,
		      const char *path, GError **error);

/*
 * Writes documents about the jobs of all files of records, each in the format that its name
 * tells. FALSE with error set when a name tells none or a file cannot be read or written.
 */
gboolean reports_write(char *const *records, char *const *paths, const char *choice,
		       gboolean strict, GError **error);

/* The same for jobs at hand. */
gboolean reports_write_jobs(GPtrArray *jobs, char *const *paths, const char *choice,
			    gboolean strict, GError **error);

/* The formats. */
void report_tap(const struct report *report, FILE *out);
void report_junit(const struct report *report, FILE *out);
void report_json(const struct report *report, FILE *out);
void report_markdown(const struct report *report, FILE *out);
void report_html(const struct report *report, FILE *out);

#endif
