/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of records put together. */
#ifndef HOST_RECORD_MERGE_H
#define HOST_RECORD_MERGE_H

#include <glib.h>

/*
 * Writes the records of all files, one after the other, into output ("-": standard output).
 * Records that no job record precedes in their file get one, named after the file. FALSE with
 * error set when a file cannot be read or written, or has no record.
 */
gboolean records_merge(char *const *paths, const char *output, GError **error);

#endif
