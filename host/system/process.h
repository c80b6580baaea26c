/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child process that cannot outlive us: in a process group of its own, which dies as a whole,
 * and killed by the kernel should we be killed.
 */
#ifndef HOST_SYSTEM_PROCESS_H
#define HOST_SYSTEM_PROCESS_H

#include <gio/gio.h>

/* A child that was started. */
struct process {
	GSubprocess *child;
	GOutputStream *input; /* what it reads, or NULL */
	GPid group;           /* 0 when it has ended already */
};

/* What is to be started. Nothing is owned. */
struct process_order {
	char *const *command;     /* words, the first looked up in PATH; NULL behind the last */
	char *const *environment; /* NAME=VALUE, NULL behind the last; NULL: ours */
	gboolean terminal;        /* its standard input is a terminal */
};

/*
 * Starts it, with pipes at standard output and standard error, and at standard input unless that is a
 * terminal. NULL with error set when it cannot be started. The caller owns it.
 */
struct process *process_start(const struct process_order *order, GError **error);

/* The same with nothing as input and both outputs into a file, which is emptied first. */
struct process *process_start_into(const struct process_order *order, const char *path,
				   GError **error);

/* The same with nothing as input and both outputs in one pipe. */
struct process *process_start_deaf(const struct process_order *order, GError **error);

/* How it ended, in words ("ended with status 1"), or NULL while it runs. The caller owns them. */
char *process_end_words(const struct process *process);

/* How many threads it has; 0 when it runs no more. */
unsigned process_threads(const struct process *process);

/*
 * Runs it to its end and returns what it has said on both outputs; *fine says whether it ended well. NULL with error
 * set when it cannot be started, takes longer than that (its group is killed then), or cancel is cancelled, which
 * may be NULL. The caller owns the text.
 */
char *process_hear_out(const struct process_order *order, unsigned seconds, gboolean *fine,
		       GCancellable *cancel, GError **error);

/* From now on whoever loses its parent among our children's children becomes a child of ours. Once. */
void process_adopt(void);

/* Kills and buries whoever has become one; none that was started here may still run. */
void process_sweep(void);

/* Kills the whole group, waits for the child, frees. NULL is fine. */
void process_end(struct process *process);

/* Kills the whole group at once; the child is waited for by whoever waits. */
void process_kill(struct process *process);

/*
 * What the group has computed or waited for a processor so far, in microseconds: on a busy host a
 * process that spins gets little time, but it wants all of it.
 */
gint64 process_busy_time(const struct process *process);

/* What a group has taken of the host so far. */
struct process_usage {
	gint64 computed; /* microseconds of CPU time */
	gint64 memory;   /* KiB, resident at the same time at most, of each process, added */
	gint64 exits;    /* from KVM guests; -1: that cannot be read */
};

/* That of the group, by its processes that live. */
struct process_usage process_usage(const struct process *process);

/* What all processes of the machine have computed so far, in microseconds. */
gint64 process_machine_time(void);

#endif
