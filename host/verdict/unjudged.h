/* SPDX-License-Identifier: BSD-2-Clause */
/* What a job of everything did not judge although it went well: the behaviour of devices. */
#ifndef HOST_VERDICT_UNJUDGED_H
#define HOST_VERDICT_UNJUDGED_H

#include "host/verdict/expectations.h"

/*
 * A sentence on each device of whose behaviour nothing was judged, and why: char *. None for a job of chosen tests, one
 * that did not come to its summary, and devices of which nothing at all was judged. The caller owns the array, and that
 * the sentences.
 */
GPtrArray *unjudged_behaviour(const struct job *job);

/*
 * Whether such a job judged the transport, and nothing else of any device. A floor of tests for a device says how much
 * of it has to be judged: more is not asked for.
 */
gboolean unjudged_but_transport(const struct job *job, const struct expectations *expectations);

#endif
