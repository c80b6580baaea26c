/* SPDX-License-Identifier: BSD-2-Clause */
/* A session on its way, for the files that see to it: session.c, answers.c, downfall.c, tell.c. */
#ifndef HOST_SESSION_COURSE_H
#define HOST_SESSION_COURSE_H

#include "host/record/job.h"
#include "host/session/boot.h"
#include "host/session/daemons.h"
#include "host/session/verbs.h"

struct session;

/* A session on its way. */
struct course {
	struct session *session;
	struct verbs *verbs;     /* of the boot that runs */
	struct daemons *daemons; /* of the same */
	const char *words;       /* for the image, besides the user's; "" */
	gint64 from;             /* the place in the plan that it began at */
	unsigned findings;       /* that earlier boots had told when it began */
	gint64 launched, came;   /* when the VMM was, and its first record; monotonic, or 0 */
	gint64 asked;            /* when the guest asked last whether it is enough */
	gint64 used, machine,
		computed; /* when it asked last what the VMM takes, and what all had computed */
	gboolean enough;  /* no more records are wanted */
	gint64 foreign;   /* the schema of the image's records, when the program does not read it */
};

/* What the VMM and the daemons have said stands before the record that comes next. Takes over what the VMM has. */
void course_tell_output(struct course *course, char *vmm);

/*
 * The answer to a question that is about daemons, processes or the user, which are the program's own affair; NULL when it
 * is another. The caller owns it.
 */
char *course_answer(struct course *course, struct boot *boot, JsonObject *ask);

/* How a boot ended; and outside of a test, what was done with which device. The caller owns it. */
char *course_incident_words(const struct job *job, const struct boot_result *result);

/* Tells that the VMM went down, outside of every test or in one. */
void course_tell_incident(struct course *course, const struct boot_result *result);

/* Tells what follows from that for the test that ran: what was tried in it is broken, and the verdict. */
void course_tell_culprit(struct course *course, const struct boot_result *result);

#endif
