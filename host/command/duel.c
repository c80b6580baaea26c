/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/duel.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "host/command/arguments.h"
#include "host/command/campaign.h"
#include "host/command/commands.h"
#include "host/command/interruption.h"
#include "host/record/load.h"
#include "host/vmm/descriptor.h"

/* What each run measures, unless the user has words for the image. */
#define MEASURES                                                                                   \
	"vp.bench=interrupt,throughput.requests vp.samples=600 vp.depth=1,32 vp.batch=32 vp.ms=100"

#define RUN_TIME "120s"

#define TRIES    3 /* of a run that is disturbed */

/* Of A against A. */
#define STEADY_ROUNDS 5
#define STEADY_LEVEL  0.01

/* After how many rounds it is judged, and how probable a false finding may be then: in all, 2 %. */
static const struct look {
	unsigned rounds;
	double level;
} looks[] = {{5, 0.008}, {8, 0.003}, {12, 0.003}, {16, 0.003}, {20, 0.003}};

struct duel {
	const struct duel_request *request;
	char *folder;   /* of the records */
	gint64 begun;   /* monotonic */
	gint64 end;     /* no run is begun after it; monotonic */
	unsigned runs;  /* that were begun */
	unsigned turns; /* of a side: a run, and those that are made because it was disturbed */
	GHashTable *unsteady;
};

/* Adds words, those from the first "--" on to the others. */
static void add_words(char *const *words, GPtrArray *options, GPtrArray *vmm_words)
{
	gboolean ours = TRUE;

	for (; words && *words; words++) {
		if (ours && strcmp(*words, "--") == 0)
			ours = FALSE;
		else
			g_ptr_array_add(ours ? options : vmm_words, *words);
	}
}

/* The options of 'virtproof run' that a side stands for. NULL with error set when they are not words. The caller owns them. */
static char **side_words(const char *side, GError **error)
{
	g_auto(GStrv) words = NULL;
	struct descriptor *descriptor;
	GPtrArray *options;

	if (!g_shell_parse_argv(side, NULL, &words, error))
		return NULL;
	descriptor = descriptor_load(*words, NULL);
	options = g_ptr_array_new();
	g_ptr_array_add(options, g_strdup(descriptor ? "--vmm" : "--program"));
	descriptor_free(descriptor);
	for (char **word = words; *word; word++)
		g_ptr_array_add(options, g_strdup(*word));
	g_ptr_array_add(options, NULL);
	return (char **)g_ptr_array_free(options, FALSE);
}

/* A file of a run in the folder. The caller owns the path. */
static char *path_of(const struct duel *duel, unsigned run, const char *suffix)
{
	g_autofree char *name = g_strdup_printf("run%u%s", run, suffix);

	return g_build_filename(duel->folder, name, NULL);
}

/* The whole command of a run that leaves its records there. NULL with error set. The caller owns it. */
static char **run_command(const struct duel *duel, const char *side, const char *log,
			  GError **error)
{
	g_auto(GStrv) own = side_words(side, error);
	g_autoptr(GPtrArray) command = g_ptr_array_new(), vmm_words = g_ptr_array_new();
	char *fixed[] = {(char *)invoked_as(), "run",      "-q",           "--expect", "none",
			 "--confirm",          "0",        "--time-limit", RUN_TIME,   "--log",
			 (char *)log,          "--append", MEASURES,       NULL};

	if (!own)
		return NULL;
	add_words(fixed, command, vmm_words);
	add_words(duel->request->words, command, vmm_words);
	add_words(own, command, vmm_words);
	g_ptr_array_add(command, "--");
	g_ptr_array_extend(command, vmm_words, NULL, NULL);
	g_ptr_array_add(command, NULL);
	return g_strdupv((char **)command->pdata);
}

static void add_failure(GError **error, const char *side, const char *output)
{
	g_autofree char *said = NULL;

	if (interruption_signal()) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "interrupted");
		return;
	}
	g_file_get_contents(output, &said, NULL, NULL);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "a run of %s failed:\n%s", side,
		    said ? g_strchomp(said) : "");
}

/* Runs a side once and returns its job, in an array that the caller owns; NULL with error set. */
static GPtrArray *run_once(struct duel *duel, const char *side, GError **error)
{
	unsigned run = duel->runs++;
	g_autofree char *log = path_of(duel, run, ".log");
	g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func(task_free);
	struct task *task = g_new0(struct task, 1);
	struct campaign_result result;

	task->name = g_strdup(side);
	task->output = path_of(duel, run, ".out");
	task->command = run_command(duel, side, log, error);
	g_ptr_array_add(tasks, task);
	if (!task->command)
		return NULL;
	campaign_run(tasks, 1, TRUE, &result);
	/* One in which a benchmark failed says so itself. */
	if (result.worst <= EXIT_UNEXPECTED)
		return jobs_load(log, error);
	add_failure(error, side, task->output);
	return NULL;
}

static gboolean is_disturbed(const GPtrArray *jobs)
{
	for (unsigned i = 0; i < jobs->len; i++) {
		if (compare_disturbance(jobs->pdata[i]))
			return TRUE;
	}
	return FALSE;
}

/* Adds a run of the side to its jobs; one that stays disturbed as well. FALSE with error set. */
static gboolean run_side(struct duel *duel, const char *side, GPtrArray *jobs, GError **error)
{
	GPtrArray *run = NULL;

	duel->turns++;
	for (unsigned n = 0; n < TRIES; n++) {
		if (run)
			g_ptr_array_unref(run);
		run = run_once(duel, side, error);
		if (!run)
			return FALSE;
		if (duel->request->disturbed_too || !is_disturbed(run))
			break;
	}
	g_ptr_array_extend_and_steal(jobs, run);
	return TRUE;
}

/* A round: one run of each, another one first each time. */
static gboolean run_round(struct duel *duel, unsigned round, char *const *sides, GPtrArray *a,
			  GPtrArray *b, GError **error)
{
	gboolean b_first = round % 2;

	return run_side(duel, sides[b_first], b_first ? b : a, error) &&
	       run_side(duel, sides[!b_first], b_first ? a : b, error);
}

static struct compare *judge(const struct duel *duel, const GPtrArray *a, const GPtrArray *b,
			     double level)
{
	const struct compare_rule rule = {
		.relative = duel->request->relative,
		.level = level,
		.anyway = TRUE,
		.disturbed_too = duel->request->disturbed_too,
		.unsteady = duel->unsteady,
	};
	struct compare *compare = compare_new();
	g_autoptr(GPtrArray) pairs = compare_pairs(a, b, compare);

	for (unsigned i = 0; i < pairs->len; i++) {
		compare_verdicts(compare, pairs->pdata[i]);
		compare_figures(compare, pairs->pdata[i], &rule);
	}
	return compare;
}

static GPtrArray *new_jobs(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)job_free);
}

/* Learns which figures differ where nothing does. FALSE with error set. */
static gboolean find_unsteady(struct duel *duel, GError **error)
{
	g_autoptr(GPtrArray) first = new_jobs(), second = new_jobs();
	char *const sides[] = {duel->request->sides[0], duel->request->sides[0]};
	struct compare *compare;

	printf("A against A: %u rounds\n", STEADY_ROUNDS);
	fflush(stdout);
	for (unsigned round = 0; round < STEADY_ROUNDS; round++) {
		if (!run_round(duel, round, sides, first, second, error))
			return FALSE;
	}
	compare = judge(duel, first, second, STEADY_LEVEL);
	for (unsigned i = 0; i < compare->comparisons->len; i++) {
		const struct comparison *comparison = compare->comparisons->pdata[i];

		if (comparison->finding == FINDING_NONE)
			continue;
		printf("A differs from itself, and is not judged by it: %s\n", comparison->name);
		g_hash_table_add(duel->unsteady, g_strdup(comparison->name));
	}
	compare_free(compare);
	return TRUE;
}

static unsigned count_suspected(const struct compare *compare)
{
	unsigned count = 0;

	for (unsigned i = 0; i < compare->comparisons->len; i++)
		count += ((const struct comparison *)compare->comparisons->pdata[i])->suspected;
	return count;
}

static unsigned count_worse(const struct compare *compare)
{
	unsigned count = 0;

	for (unsigned i = 0; i < compare->comparisons->len; i++)
		count += ((const struct comparison *)compare->comparisons->pdata[i])->finding ==
			 FINDING_WORSE;
	return count;
}

/* What it would have taken, where the time was over before there was enough to judge by. */
static void tell_time(const struct duel *duel, unsigned rounds)
{
	gint64 passed = g_get_monotonic_time() - duel->begun;
	double seconds = (double)passed / G_USEC_PER_SEC / MAX(duel->turns, 1);

	if (rounds < looks[0].rounds)
		printf("the time was over after %u of %u rounds: a run takes %.1f s, so it takes "
		       "--time-limit %.0fs at least\n",
		       rounds, looks[0].rounds, seconds,
		       ceil(2 * (STEADY_ROUNDS + looks[0].rounds) * seconds));
}

static gboolean time_is_over(const struct duel *duel)
{
	return g_get_monotonic_time() >= duel->end;
}

/* A and B in turns, from one look to the next. NULL with error set. */
static struct compare *run_rounds(struct duel *duel, GError **error)
{
	g_autoptr(GPtrArray) a = new_jobs(), b = new_jobs();
	struct compare *compare = NULL;
	unsigned round = 0, suspected = 0;

	for (unsigned n = 0; n < G_N_ELEMENTS(looks); n++) {
		printf("A and B: rounds %u to %u\n", round + 1, looks[n].rounds);
		fflush(stdout);
		for (; round < looks[n].rounds && !time_is_over(duel); round++) {
			if (!run_round(duel, round, duel->request->sides, a, b, error))
				break;
		}
		if (compare)
			compare_free(compare);
		compare = *error ? NULL : judge(duel, a, b, looks[n].level);
		suspected = compare ? count_suspected(compare) : 0;
		if (!suspected || count_worse(compare) || time_is_over(duel))
			break;
		printf("%u figure%s may differ\n", suspected, suspected == 1 ? "" : "s");
	}
	if (compare)
		tell_time(duel, round);
	return compare;
}

static void remove_folder(const struct duel *duel)
{
	for (unsigned run = 0; run < duel->runs; run++) {
		g_autofree char *log = path_of(duel, run, ".log");
		g_autofree char *output = path_of(duel, run, ".out");

		g_unlink(log);
		g_unlink(output);
	}
	g_rmdir(duel->folder);
}

struct compare *duel(const struct duel_request *request, GError **error)
{
	struct duel duel = {
		.request = request,
		.begun = g_get_monotonic_time(),
		.end = g_get_monotonic_time() + request->seconds * G_USEC_PER_SEC,
		.folder = request->logs ? g_strdup(request->logs)
					: g_dir_make_tmp("virtproof-XXXXXX", error),
		.unsteady = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
	struct compare *compare = NULL;

	if (request->logs && g_mkdir_with_parents(request->logs, 0777) != 0)
		g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s",
			    request->logs, g_strerror(errno));
	else if (duel.folder && find_unsteady(&duel, error))
		compare = run_rounds(&duel, error);
	if (duel.folder && !request->logs)
		remove_folder(&duel);
	g_hash_table_unref(duel.unsteady);
	g_free(duel.folder);
	return compare;
}
