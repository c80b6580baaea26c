/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs that run as processes of their own, several at a time, and what came of them. */
#ifndef HOST_COMMAND_CAMPAIGN_H
#define HOST_COMMAND_CAMPAIGN_H

#include <glib.h>

/* A job to be run. */
struct task {
	char *name;
	char *requires; /* a program without which it makes no sense, or NULL */
	char **command; /* NULL behind the last word */
	char *output;   /* path of the file for what it prints */
};

/* What came of all. */
struct campaign_result {
	unsigned passed, failed, skipped;
	int worst; /* exit status */
};

/* Frees a task; void * so that an array can. */
void task_free(void *task);

/* Whether what it requires is there. */
gboolean task_is_possible(const struct task *task);

/*
 * Runs the tasks, struct task, in their order, at most `limit` at a time, and unless quiet tells of each on
 * standard output. After an interruption those that run are asked to end, and no more are started.
 */
void campaign_run(const GPtrArray *tasks, unsigned limit, gboolean quiet,
		  struct campaign_result *result);

#endif
