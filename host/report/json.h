/* SPDX-License-Identifier: BSD-2-Clause */
/* The document that the JSON report is, and that the HTML report carries inside. */
#ifndef HOST_REPORT_JSON_H
#define HOST_REPORT_JSON_H

#include "host/report/report.h"

/* The document as text, on one line. The caller owns it. */
char *report_json_text(const struct report *report);

#endif
