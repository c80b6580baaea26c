/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of a job while they come: what is in the file is whole records, and an end record behind the last. */
#ifndef HOST_RECORD_LOG_H
#define HOST_RECORD_LOG_H

#include <glib.h>

struct record_log;

/* Begins a file anew. path has to live as long. NULL with error set. The caller owns it. */
struct record_log *record_log_open(const char *path, GError **error);

/* Adds a record, a line without its end, and hands it to the system. What cannot be written any more ends the log there. */
void record_log_add(struct record_log *log, const char *line);

/* Ends it and frees it. FALSE with error set, which says where it ends, when it is not whole. */
gboolean record_log_close(struct record_log *log, GError **error);

#endif
