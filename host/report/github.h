/* SPDX-License-Identifier: BSD-2-Clause */
/* A report for a run on GitHub: annotations among what is printed, and the summary of the step. */
#ifndef HOST_REPORT_GITHUB_H
#define HOST_REPORT_GITHUB_H

#include <stdio.h>

#include "host/report/report.h"

/*
 * Writes an annotation for each fault that is news, as many as GitHub shows of a kind, and adds the report as Markdown
 * to the file that $GITHUB_STEP_SUMMARY names, cut to what it takes. FALSE with error set when that cannot be written.
 */
gboolean github_tell(const struct report *report, FILE *out, GError **error);

#endif
