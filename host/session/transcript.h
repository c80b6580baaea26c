/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that the VMM and the daemons say, line by line with the time at which it was read and who said it, and between
 * the lines which test ran.
 */
#ifndef HOST_SESSION_TRANSCRIPT_H
#define HOST_SESSION_TRANSCRIPT_H

#include <glib.h>

struct transcript;

/* One that goes to a file, which is begun anew. NULL with error set. The caller owns it. */
struct transcript *transcript_open(const char *path, GError **error);

/* Bytes that somebody has said; what is no whole line waits for its end. NULL: nobody writes it down. */
void transcript_add(struct transcript *transcript, const char *who, const char *bytes,
		    gsize length);

/* A line of ours. NULL: nobody writes it down. */
void transcript_note(struct transcript *transcript, const char *line);

/* Writes what waits for its end, closes and frees it. FALSE with error set when not all could be written. */
gboolean transcript_close(struct transcript *transcript, GError **error);

#endif
