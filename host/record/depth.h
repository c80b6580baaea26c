/* SPDX-License-Identifier: BSD-2-Clause */
/* How deep a device was judged: its transport, its rings and interrupts, its behaviour. */
#ifndef HOST_RECORD_DEPTH_H
#define HOST_RECORD_DEPTH_H

#include "host/record/job.h"

/* Tests that judged a device. */
struct depth {
	unsigned transport; /* registers and features among it: what needs no request */
	unsigned rings;     /* and interrupts, under requests */
	unsigned behaviour; /* what its type has of its own */
	unsigned own;       /* how many of these there were, judged or not, */
	const char *why;    /* and why the first was not judged; "". The job owns it */
};

/* Of one device of the job. */
struct depth depth_of(const struct job *job, const struct device *device);

#endif
