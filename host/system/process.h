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
	GPid group; /* 0 when it has ended already */
};

/*
 * Starts the command (looked up in PATH) with the given pipes. NULL with error set when it cannot
 * be started. The caller owns it.
 */
struct process *process_start(char *const *command, GSubprocessFlags flags, GError **error);

/* The same with nothing as input and both outputs into a file, which is emptied first. */
struct process *process_start_into(char *const *command, const char *path, GError **error);

/* Kills the whole group, waits for the child, frees. NULL is fine. */
void process_end(struct process *process);

/* Kills the whole group at once; the child is waited for by whoever waits. */
void process_kill(struct process *process);

/*
 * What the group has computed or waited for a processor so far, in microseconds: on a busy host a
 * process that spins gets little time, but it wants all of it.
 */
gint64 process_busy_time(const struct process *process);

#endif
