/* SPDX-License-Identifier: BSD-2-Clause */
/* The formats of documents, one a file. Each writes the whole document; errors stay with out. */
#ifndef HOST_REPORT_FORMATS_H
#define HOST_REPORT_FORMATS_H

#include <stdio.h>

#include "host/report/report.h"

/* TAP 13. */
void document_tap(const struct report *report, FILE *out);

/* JUnit XML. */
void document_junit(const struct report *report, FILE *out);

/* JSON, on one line. */
void document_json(const struct report *report, FILE *out);

/* Markdown. */
void document_markdown(const struct report *report, FILE *out);

/* JSON of which shields.io draws a badge. */
void document_badge(const struct report *report, FILE *out);

/* An HTML page that needs nothing else. */
void document_html(const struct report *report, FILE *out);

#endif
