/* SPDX-License-Identifier: BSD-2-Clause */
/* Static pages about many VMMs: a grid of all, a page a clause, a page a VMM, and the same as JSON. */
#ifndef HOST_REPORT_SITE_H
#define HOST_REPORT_SITE_H

#include "host/report/standing.h"

/*
 * Writes them into the folder, which is made where it is missing: index.html, site.css, site.json, clause/ID.html and
 * vmm/NAME.html. Pages of an earlier site that are not of this one stay. catalogue is that of the image, or NULL. FALSE with error
 * set when a file cannot be written.
 */
gboolean site_write(const struct standing *standing, const struct catalogue *catalogue,
		    const char *folder, GError **error);

#endif
