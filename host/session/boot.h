/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One boot: the VMM runs from its start to its end, its console is read, and what became of it
 * is told apart: done, died, hung, spinning, stopped, or cancelled.
 */
#ifndef HOST_SESSION_BOOT_H
#define HOST_SESSION_BOOT_H

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "host/record/words.h"
#include "host/system/process.h"

/* A boot while it runs. */
struct boot;

/* How a boot ended. */
enum boot_end {
	BOOT_DONE,           /* the summary came, and the VMM ended as its descriptor allows */
	BOOT_UNFINISHED,     /* the VMM ended as its descriptor allows, but no summary came */
	BOOT_DIED,           /* it ended by a signal or with a status of its own */
	BOOT_HUNG,           /* no record for too long, and it did not compute */
	BOOT_SPINS,          /* no record for too long, and it did compute */
	BOOT_STOPPED,        /* it says itself that the guest cannot go on */
	BOOT_DAEMON_DIED,    /* a daemon that it needs has ended */
	BOOT_DAEMON_HUNG_UP, /* a daemon lives, and is connected no more */
	BOOT_CANCELLED,      /* the user wants to end */
	BOOT_NEVER,          /* it could not be started */
};

/* What is to be run, and who is told. Nothing is owned. */
struct boot_request {
	struct process_order vmm; /* how it is started */
	char *const
		*exits; /* statuses of an ordered end, in decimal; NULL behind the last; none: 0 */
	unsigned
		silence; /* seconds without a record that are too long, besides what the image gives a test */
	const char *
		broken; /* pattern of a line on standard error: it is of no use any more; or NULL */
	GCancellable *cancel; /* ends the boot; or NULL */

	/* The VMM has been started; or NULL. */
	void (*launched)(GPid vmm, void *context);

	/* A record has come. For "ask" the answer is written with boot_tell(). */
	void (*record)(struct boot *boot, JsonObject *record, const char *line, void *context);

	/* A line on the console that is no record, without its end, or bytes on standard error. */
	void (*said)(gboolean on_console, const char *text, gsize length, void *context);

	/*
	 * Asked once a second while no record comes: why the VMM says that the guest cannot go on,
	 * or NULL. The text is taken over.
	 */
	char *(*trouble)(void *context);

	/* Asked often: which daemon has ended, and how ("the daemon x ended with status 1"), or NULL. The text is taken over. */
	char *(*daemon_end)(void *context);
	/* Whether a complaint on standard error is about a daemon that was stopped on purpose. */
	gboolean (*forgives)(void *context);
	const char *
		daemon; /* that a complaint on standard error is about, in words; NULL: there is none */
	gboolean daemon_is_watched; /* we would know of its end */
	/* Asked when the boot is to be ended: whether the guest does that by itself soon; or NULL. */
	gboolean (*ends_itself)(void *context);
	void *context;
};

/* What came of a boot. */
struct boot_result {
	enum boot_end end;
	int status;        /* exit status, or -1 */
	int signal;        /* that killed it, or 0 */
	gboolean summary;  /* a summary record came */
	char *words;       /* the end in words */
	char *last_output; /* what else it printed last, console and standard error */
	char *test_output; /* the part of it since the last test began */
	gint64 noise;      /* bytes that were no record */
};

/*
 * Whether the signal that killed it is one that no program gets by what it does: somebody sent it, or a kernel short of
 * memory. FALSE where it was ended by us, because of what it had done.
 */
gboolean boot_was_ended_from_outside(const struct boot_result *result);

/*
 * Runs the boot to its end in a main loop of its own; never fails: see result->end. The result is cleared
 * with boot_result_clear().
 */
void boot_run(const struct boot_request *request, struct boot_result *result);

/* Frees what the result holds. */
void boot_result_clear(struct boot_result *result);

/* What the VMM has taken of the host so far. */
struct process_usage boot_usage(const struct boot *boot);

/* Ends the boot as its cancellable would. */
void boot_stop(struct boot *boot);

/*
 * Writes a line to the guest's console: the answer to an ask. It is lost when the VMM does not
 * read its input.
 */
void boot_tell(struct boot *boot, const char *line);

/*
 * Starts another process of the VMM beside the one that runs, to take its place: what it says is not read yet. FALSE
 * with error set when it cannot be started. There must be none yet.
 */
gboolean boot_start_successor(struct boot *boot, char *const *command, GError **error);

/* Ends that again, unread, and the first goes on. There must be one. */
void boot_drop_successor(struct boot *boot);

/*
 * Puts it into the place of the first process, which is killed once what it has said is read, and whose end is no
 * incident: from now on the other is read, told, and watched. There must be one.
 */
void boot_succeed(struct boot *boot);

/*
 * What the VMM has printed, on both outputs and but for records, since the last test began. The caller
 * owns it.
 */
char *boot_said(struct boot *boot);

/*
 * The guest stands still until this has been done: what the VMM has complained of by now is taken note of, and what is
 * to be told of the daemons, if not NULL, ends the boot. May be called while the VMM runs.
 */
void boot_settle(struct boot *boot, const char *trouble);

/* What became of the VMM in the words of records; OUTCOME_NONE when it is nobody's fault or was never there. */
enum outcome boot_outcome(enum boot_end end);

#endif
