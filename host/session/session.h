/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One job from start to end: as many boots as it takes. Where a VMM goes down in a test, that
 * test is judged for it and the next boot begins with the test after it.
 */
#ifndef HOST_SESSION_SESSION_H
#define HOST_SESSION_SESSION_H

#include <stdio.h>

#include <gio/gio.h>

#include "host/record/job.h"
#include "host/record/log.h"
#include "host/session/boot.h"
#include "host/session/launch.h"
#include "host/session/transcript.h"
#include "host/verdict/expectations.h"

/* How a session ended. */
enum session_end {
	SESSION_COMPLETE,    /* the plan was gone through, whatever it took */
	SESSION_INCOMPLETE,  /* the VMM went down too often, or where no test was running */
	SESSION_SUITE_ENDED, /* the image ended orderly without judging anything */
	SESSION_NEVER,       /* the VMM or a daemon could not be started */
	SESSION_CANCELLED,   /* the user wants to end */
	SESSION_STOPPED,     /* at the first unexpected failure, as asked for */
};

/* Who wants to see a session as it goes; any may be NULL. */
struct session_viewer {
	void (*launched)(GPid vmm, void *context);
	void (*started)(const struct job *job, void *context);
	void (*judged)(const struct job *job, struct test_result *test, void *context);
	void (*measured)(const struct job *job, const struct measure *measure, void *context);
	void (*incident)(const struct job *job, const struct incident *incident, void *context);
	void (*fresh_boot)(const struct job *job, JsonObject *boot, void *context);
	void (*progress)(JsonObject *ask,
			 void *context); /* `enough`: what a guest has measured so far */
	void *context;
};

/* What a session is to do. Everything in it is the caller's. */
struct session {
	struct launch *launch;
	struct job *job;    /* takes what is learned */
	const char *append; /* the user's words for the image, or "" */
	unsigned silence;   /* seconds */
	FILE *listing;      /* where what is no record goes: the answer to vp.list; or NULL */
	struct transcript *transcript; /* of what VMM and daemons say, or NULL */
	unsigned incidents_limit;      /* boots lost unexpectedly before giving up */
	unsigned fresh_limit;          /* boots at most for what a root fault took away */
	gboolean fail_fast;            /* no more than one unexpected failure is wanted, */
	gboolean strict;               /* a warning is one, too */
	const struct expectations *expectations; /* marked in each test as it is judged */
	struct record_log *log;                  /* where every record goes, or NULL */
	const struct job *
		baseline; /* what it has judged and this job has skipped is tried once more; or NULL */
	GCancellable *cancel; /* ends the session */
	struct session_viewer viewer;
};

/*
 * Runs it. What happened is in session->job; *trouble is set to a sentence for the user (owned by
 * the caller) for every end but SESSION_COMPLETE.
 */
enum session_end session_run(struct session *session, char **trouble);

/* Takes a record of the program's own as if the image had sent it: to the log, the job and the viewer. It is taken over. */
void session_tell(struct session *session, JsonObject *record);

/* Takes a record of the image, and its line. */
void session_keep(struct session *session, JsonObject *record, const char *line);

#endif
