/* SPDX-License-Identifier: BSD-2-Clause */
/* What a job judged less than it should have: less than an earlier one, or than a floor that expectations set. */
#ifndef HOST_VERDICT_COVERAGE_H
#define HOST_VERDICT_COVERAGE_H

#include "host/verdict/expectations.h"

/*
 * Devices and features that were there and are not, tests and clauses that were judged and are not: sentences, char *,
 * none when nothing is lost. The caller owns the array, and that the sentences.
 */
GPtrArray *coverage_lost_since(const struct job *job, const struct job *baseline);

/* Only the devices and features; as above. */
GPtrArray *coverage_lost_devices(const struct job *job, const struct job *baseline);

/* The floors that a whole job is below, likewise; a job of chosen tests has none. */
GPtrArray *coverage_below_floors(const struct job *job, const struct expectations *expectations);

/* Whether a floor says how many tests have to judge the device. */
gboolean coverage_is_agreed(const struct job *job, const struct device *device,
			    const struct expectations *expectations);

#endif
