/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs for unit tests. */
#ifndef SELFCHECK_HOST_MAKE_JOB_H
#define SELFCHECK_HOST_MAKE_JOB_H

#include "host/record/job.h"

/* The job that a console with this text makes. The caller owns it. */
struct job *make_job(const char *text);

#endif
