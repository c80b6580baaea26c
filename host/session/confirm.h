/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a failure comes again: its test alone in fresh boots, and where it does not, behind which other test it does. */
#ifndef HOST_SESSION_CONFIRM_H
#define HOST_SESSION_CONFIRM_H

#include "host/session/session.h"
#include "host/verdict/faults.h"

/*
 * Repeats the first test of a fault that many times by sessions of their own, which tell nobody, and tells the session
 * what came of it: a record "confirmed". Nothing is begun any more after the deadline (monotonic), or when the session
 * is cancelled.
 */
void confirm_fault(struct session *session, const struct fault *fault, unsigned times,
		   gint64 deadline);

#endif
