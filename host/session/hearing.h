/* SPDX-License-Identifier: BSD-2-Clause */
/* An output of a process, heard as it comes, from the loop of GLib; another process may go on where one is left. */
#ifndef HOST_SESSION_HEARING_H
#define HOST_SESSION_HEARING_H

#include <gio/gio.h>

/* How much is read at once. */
#define HEARING_BYTES (1 << 16)

struct hearing {
	/* Who hears it, with this context; set before hearing_begin(). */
	void (*take)(const char *bytes, gsize length, void *context);
	void (*first)(
		void *context); /* before that: what belongs in front is heard; NULL: nothing */
	void (*over)(void *context); /* nothing comes any more */
	void *context;
	GCancellable *cancel; /* ends it, too */

	gboolean open; /* its end has not come */

	/* Its own. */
	GInputStream *stream;
	GSource *source; /* waits for more of it; NULL: nothing does now */
	guint pause;     /* … for a moment, until this is over; 0: it does not */
	GByteArray
		*legacy;  /* what a process that was left has said, and is not taken yet; or NULL */
	guint legacy_due; /* when it is; 0: there is none */
	char buffer[HEARING_BYTES];
};

/* Hears this stream from now on: of the first process, or, behind hearing_leave(), of another. Its owner keeps it. */
void hearing_begin(struct hearing *hearing, GInputStream *stream);

/* Takes what has been said and not been read yet: no more than a pipe holds, for somebody may say more for ever. */
void hearing_drain(struct hearing *hearing);

/*
 * Hears it no more, without a call of over(). What has been said is taken; `later`, where a part of it is being taken: as soon
 * as that is done, and before anything that another process says.
 */
void hearing_leave(struct hearing *hearing, gboolean later);

/* Takes what is still due of one that was left; the loop has ended. */
void hearing_end(struct hearing *hearing);

#endif
