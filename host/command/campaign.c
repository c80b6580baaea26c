/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/campaign.h"

#include <signal.h>
#include <stdio.h>

#include "host/command/arguments.h"
#include "host/command/commands.h"
#include "host/command/interruption.h"
#include "host/system/process.h"

/* A task that runs. */
struct running {
	const struct task *task;
	struct campaign *campaign;
	struct process *process;
	gint64 began;
};

struct campaign {
	const GPtrArray *tasks;
	struct campaign_result *result;
	GMainLoop *loop;
	unsigned next, limit;
	gboolean quiet;
	GPtrArray *running; /* struct running */
};

void task_free(void *data)
{
	struct task *task = data;

	g_free(task->name);
	g_free(task->requires);
	g_strfreev(task->command);
	g_free(task->output);
	g_free(task);
}

gboolean task_is_possible(const struct task *task)
{
	g_autofree char *found = task->requires ? g_find_program_in_path(task->requires) : NULL;

	return !task->requires || found;
}

/* A VMM that died is worse than a suite that failed, that is worse than a failure. */
static void count(struct campaign_result *result, int status)
{
	result->worst = worse_status(result->worst, status);
	if (status)
		result->failed++;
	else
		result->passed++;
}

static void start_tasks(struct campaign *campaign);

static void tell_end(const struct campaign *campaign, const struct running *running, int status)
{
	static const char *const words[] = {"ok", "unexpected failures", "suite or set-up failed",
					    "the VMM died", "nothing but the transport was judged"};
	const struct task *task = running->task;

	printf("[%u/%u] %s: %s  %.1f s%s%s\n", campaign->next - campaign->running->len,
	       campaign->tasks->len, task->name,
	       status < (int)G_N_ELEMENTS(words) ? words[status] : "ended",
	       (double)(g_get_monotonic_time() - running->began) / G_USEC_PER_SEC,
	       status ? "  see " : "", status ? task->output : "");
	fflush(stdout);
}

static void task_ended(GObject *source, GAsyncResult *outcome, void *context)
{
	struct running *running = context;
	struct campaign *campaign = running->campaign;
	GSubprocess *child = G_SUBPROCESS(source);
	int status = EXIT_TROUBLE;

	g_subprocess_wait_finish(child, outcome, NULL);
	if (g_subprocess_get_if_exited(child))
		status = g_subprocess_get_exit_status(child);
	count(campaign->result, status);
	process_end(running->process);
	g_ptr_array_remove(campaign->running, running);
	if (!campaign->quiet)
		tell_end(campaign, running, status);
	g_free(running);
	start_tasks(campaign);
}

static void start_task(struct campaign *campaign, const struct task *task)
{
	g_autoptr(GError) error = NULL;
	struct process_order order = {.command = task->command};
	struct process *process = process_start_into(&order, task->output, &error);
	struct running *running;

	if (!process) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		count(campaign->result, EXIT_TROUBLE);
		return;
	}
	running = g_new0(struct running, 1);
	running->task = task;
	running->campaign = campaign;
	running->process = process;
	running->began = g_get_monotonic_time();
	g_ptr_array_add(campaign->running, running);
	g_subprocess_wait_async(process->child, NULL, task_ended, running);
}

static void start_tasks(struct campaign *campaign)
{
	gboolean stopping = g_cancellable_is_cancelled(interruption());

	while (!stopping && campaign->running->len < campaign->limit &&
	       campaign->next < campaign->tasks->len) {
		const struct task *task = campaign->tasks->pdata[campaign->next++];

		if (task_is_possible(task)) {
			start_task(campaign, task);
		} else {
			campaign->result->skipped++;
			printf("%s: skipped, needs %s\n", task->name, task->requires);
		}
	}
	if (campaign->running->len == 0)
		g_main_loop_quit(campaign->loop);
}

/* Each task cleans up after itself, so it is asked, not killed. */
static gboolean stop_tasks(GCancellable *cancel, void *context)
{
	const struct campaign *campaign = context;

	for (unsigned i = 0; i < campaign->running->len; i++) {
		const struct running *running = campaign->running->pdata[i];

		g_subprocess_send_signal(running->process->child, SIGINT);
	}
	return G_SOURCE_REMOVE;
}

static gboolean begin(void *context)
{
	start_tasks(context);
	return G_SOURCE_REMOVE;
}

void campaign_run(const GPtrArray *tasks, unsigned limit, gboolean quiet,
		  struct campaign_result *result)
{
	struct campaign campaign = {
		.tasks = tasks, .result = result, .limit = limit, .quiet = quiet};
	GSource *wish = g_cancellable_source_new(interruption());

	*result = (struct campaign_result){0};
	campaign.loop = g_main_loop_new(NULL, FALSE);
	campaign.running = g_ptr_array_new();
	g_source_set_callback(wish, G_SOURCE_FUNC(stop_tasks), &campaign, NULL);
	g_source_attach(wish, NULL);
	g_idle_add(begin, &campaign);
	g_main_loop_run(campaign.loop);
	g_source_destroy(wish);
	g_source_unref(wish);
	g_ptr_array_unref(campaign.running);
	g_main_loop_unref(campaign.loop);
}
