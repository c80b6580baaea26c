/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a root fault took away can be judged where it has not happened yet: in a fresh boot that begins
 * behind the test that brought it about, and leaves that test out. What an earlier run has judged and this one has
 * skipped is tried once more, too: a test may be skipped by chance.
 */
#ifndef HOST_SESSION_FRESH_H
#define HOST_SESSION_FRESH_H

#include <json-glib/json-glib.h>

#include "host/record/job.h"

/*
 * The next such boot, planned by the records alone: a boot record with device, since, skip, from and tests;
 * NULL when nothing is left to be judged, on devices that are not in given_up. append: the user's words for the
 * image. The caller owns it.
 */
JsonObject *fresh_boot_plan(const struct job *job, GHashTable *given_up, const char *append);

/*
 * The boot for tests of the next device, behind place *device of the job's, that the job has skipped and the baseline
 * has judged; *device is moved behind it. NULL when there is none, or there are so many that they are not skipped by
 * chance. The caller owns it.
 */
JsonObject *fresh_boot_for_skipped(const struct job *job, const struct job *baseline,
				   unsigned *device);

/* The words for the image that the record stands for, without where to begin. The caller owns them. */
char *fresh_boot_words(JsonObject *boot);

/* How many tests of a device, or with NULL of all, are not judged for a root fault. */
unsigned fresh_boot_count_lost(const struct job *job, const char *bdf);

#endif
