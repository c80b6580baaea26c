/* SPDX-License-Identifier: BSD-2-Clause */
/* How much is known of what a device type has of its own, beside what all devices have in common. */
#ifndef HOST_RECORD_OWN_H
#define HOST_RECORD_OWN_H

#include "host/record/job.h"

/* Why some clauses were not judged. */
struct own_reason {
	const char *why;
	unsigned clauses;
};

/* Clauses of one device type. */
struct own_clauses {
	unsigned all, judged;
	GPtrArray *reasons; /* struct own_reason, the most frequent first */
};

/*
 * Those of the device's type, as far as the job has heard of them; cleared with own_clauses_clear(). The job has to
 * live as long.
 */
struct own_clauses own_clauses_of(const struct job *job, const struct device *device);

/* Frees what it holds. */
void own_clauses_clear(struct own_clauses *own);

#endif
