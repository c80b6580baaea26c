/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with the set-up of a job, so that what it came to says nothing of the devices. */
#ifndef HOST_VERDICT_SETUP_H
#define HOST_VERDICT_SETUP_H

#include "host/record/job.h"

/*
 * Sentences, none for a job that judged what it planned: no record came, no device could be driven, nothing was
 * judged, a test began and never ended, tests of the plan are missing. The caller owns the array and all in it.
 */
GPtrArray *setup_troubles(const struct job *job);

#endif
