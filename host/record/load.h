/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs out of files of records. */
#ifndef HOST_RECORD_LOAD_H
#define HOST_RECORD_LOAD_H

#include <glib.h>

/*
 * Reads a file of records ("-" is standard input) into jobs: struct job, one for each job record
 * in it, or one when it has none. NULL with error set when it cannot be read, has no record, or records
 * of a schema that the program does not read. The caller owns the array, and that the jobs.
 */
GPtrArray *jobs_load(const char *path, GError **error);

/* All jobs of all files (NULL behind the last), in order; NULL with error set as soon as one cannot be read. */
GPtrArray *jobs_load_all(char *const *paths, GError **error);

#endif
