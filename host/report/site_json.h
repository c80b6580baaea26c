/* SPDX-License-Identifier: BSD-2-Clause */
/* What a site shows, for programs: site.json. */
#ifndef HOST_REPORT_SITE_JSON_H
#define HOST_REPORT_SITE_JSON_H

#include <stdio.h>

#include "host/report/standing.h"

/* Writes it as one line. */
void site_json(FILE *out, const struct standing *standing);

#endif
