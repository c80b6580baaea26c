/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs as a document: TAP, JUnit XML, JSON, Markdown, HTML. */
#ifndef HOST_REPORT_DOCUMENTS_H
#define HOST_REPORT_DOCUMENTS_H

#include <stdio.h>

#include "host/report/report.h"

/* A kind of document. */
struct document_format {
	const char *name;                                      /* "junit" */
	const char *suffix;                                    /* of a file's name, ".xml" */
	void (*write)(const struct report *report, FILE *out); /* all of it; errors stay with out */
};

/* The format of that name; NULL when there is none. Static. */
const struct document_format *document_format_named(const char *name);

/* The format of a file, by the suffix of its name; NULL when it has none that is known. Static. */
const struct document_format *document_format_of(const char *path);

/*
 * Whether each name tells a format; makes the folders that are missing. NULL: no documents. FALSE with
 * error set.
 */
gboolean documents_are_possible(char *const *paths, GError **error);

/* Writes a document to a file, "-" being standard output. FALSE with error set. */
gboolean document_write(const struct report *report, const struct document_format *format,
			const char *path, GError **error);

/*
 * Writes documents, each in the format that its name tells (documents_are_possible()); NULL behind the
 * last. FALSE with error set when one cannot be written.
 */
gboolean documents_write(const struct report *report, char *const *paths, GError **error);

#endif
