/* SPDX-License-Identifier: BSD-2-Clause */
/* The document that the JSON report is, and a form of it that the HTML report carries inside. */
#ifndef HOST_REPORT_JSON_H
#define HOST_REPORT_JSON_H

#include "host/report/report.h"

/*
 * The document as text, on one line. for_page: what the page shows of a failure is phrased already, its
 * parts are left out. The caller owns it.
 */
char *document_json_text(const struct report *report, gboolean for_page);

#endif
