/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/narrator.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/record/depth.h"
#include "host/record/own.h"
#include "host/record/records.h"
#include "host/report/distribution.h"
#include "host/report/phrase.h"

/* The progress line is not redrawn more often than this: the eye sees no more. */
#define REDRAW_US 50000

#define INDENT    "       "

enum colour { PLAIN, RED, AMBER, GREEN };

struct narrator {
	FILE *out;
	gboolean terminal;
	enum narrator_talk talk;
	gboolean colours;
	GHashTable *told; /* ids of clauses that have been explained */
	gboolean drawn;   /* a progress line stands at the cursor */
	gint64 began;
	gint64 last_drawn;
};

struct narrator *narrator_new(FILE *out, gboolean terminal, enum narrator_talk talk)
{
	struct narrator *narrator = g_new0(struct narrator, 1);

	narrator->out = out;
	narrator->terminal = terminal;
	narrator->talk = talk;
	narrator->colours = terminal && !*(g_getenv("NO_COLOR") ? g_getenv("NO_COLOR") : "");
	narrator->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	narrator->began = g_get_monotonic_time();
	return narrator;
}

static const char *begin(const struct narrator *narrator, enum colour colour)
{
	static const char *const sequences[] = {
		[PLAIN] = "", [RED] = "\033[31m", [AMBER] = "\033[33m", [GREEN] = "\033[32m"};

	return narrator->colours ? sequences[colour] : "";
}

static const char *end(const struct narrator *narrator)
{
	return narrator->colours ? "\033[0m" : "";
}

void narrator_free(struct narrator *narrator)
{
	g_hash_table_unref(narrator->told);
	g_free(narrator);
}

static unsigned terminal_width(const struct narrator *narrator)
{
	struct winsize size;

	if (ioctl(fileno(narrator->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
		return size.ws_col;
	return 80;
}

static void erase_progress(struct narrator *narrator)
{
	if (narrator->drawn)
		fputs("\r\033[K", narrator->out);
	narrator->drawn = FALSE;
}

static void draw_line(struct narrator *narrator, const char *line)
{
	fprintf(narrator->out, "\r\033[K%.*s", (int)terminal_width(narrator) - 1, line);
	fflush(narrator->out);
	narrator->drawn = TRUE;
}

static void draw_progress(struct narrator *narrator, const struct job *job)
{
	gint64 now = g_get_monotonic_time();
	const struct position *at = job->at;

	if (now - narrator->last_drawn < REDRAW_US)
		return;
	narrator->last_drawn = now;

	const struct device *device = job_device(job, at->device);
	g_autofree char *line = g_strdup_printf(
		"[%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "] %.1f s  %u failed  %s.%s  %s %s",
		at->n, at->of, (double)(now - narrator->began) / G_USEC_PER_SEC,
		job->counts.of[VERDICT_FAIL], at->suite, at->test, at->device,
		device ? device->name : "");

	draw_line(narrator, line);
}

static void view_start(const struct job *job, void *context)
{
	struct narrator *narrator = context;

	if (narrator->terminal && narrator->talk > NARRATOR_SUMMARY)
		draw_progress(narrator, job);
}

static gboolean is_bad(const struct test_result *test)
{
	return test->verdict != VERDICT_PASS && test->verdict != VERDICT_SKIP;
}

/* A fault is explained where it is met first; elsewhere one line for each clause has to do. */
static gboolean is_known(struct narrator *narrator, const struct test_result *test)
{
	gboolean known =
		test->checks->len && !test_lost_the_vmm(test) && test->verdict != VERDICT_ERROR;

	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		if (g_hash_table_add(narrator->told, g_strdup(check->clause)))
			known = FALSE;
	}
	return known;
}

static char *brief_lines(const struct test_result *test)
{
	GString *lines = g_string_new(NULL);

	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		g_string_append_printf(lines, INDENT "%s (%s): %s\n", check->clause,
				       level_name(check->level), check->message);
	}
	return g_string_free(lines, FALSE);
}

static enum colour colour_of(const struct test_result *test)
{
	if (test->verdict == VERDICT_PASS)
		return GREEN;
	if (test->verdict == VERDICT_WARN)
		return AMBER;
	return is_bad(test) && !test_expectation(test) ? RED : PLAIN;
}

static void view_test(const struct job *job, struct test_result *test, void *context)
{
	struct narrator *narrator = context;
	gboolean bad = is_bad(test);
	g_autofree char *explanation = NULL;

	/* With warnings counted as failures each is news that no entry foresees. */
	if (narrator->talk == NARRATOR_SUMMARY ||
	    (narrator->talk == NARRATOR_NEWS && !test_is_unexpected(test, TRUE)))
		return;
	explanation =
		is_known(narrator, test) ? brief_lines(test) : phrase_lines(job, test, INDENT);
	erase_progress(narrator);
	fprintf(narrator->out, "%s%-5s%s  %s  %s %s  %s", begin(narrator, colour_of(test)),
		verdict_name(test->verdict), end(narrator), test->full_name, test->device,
		test->family, test->variant);
	if (test->us)
		fprintf(narrator->out, "  %.1f ms", (double)test->us / 1000);
	fprintf(narrator->out, "%s%s%s\n", test_lost_the_vmm(test) ? "  " : "",
		outcome_name(test->outcome), bad && test_expectation(test) ? "  (expected)" : "");
	fputs(explanation, narrator->out);
	fflush(narrator->out);
}

/* A figure on one line; to whoever wants all, a distribution as a picture too. */
static void view_measure(const struct job *job, const struct measure *measure, void *context)
{
	struct narrator *narrator = context;
	g_autofree char *spark = distribution_spark(measure, g_get_charset(NULL));
	g_autofree char *words = distribution_words(measure);
	g_autofree char *bars = distribution_bars(measure, INDENT);

	if (narrator->talk == NARRATOR_SUMMARY)
		return;
	erase_progress(narrator);
	fprintf(narrator->out, "%-44s %s %s  %s  %s\n", measure->name, measure->device,
		measure->variant, spark, words);
	if (narrator->talk == NARRATOR_ALL)
		fputs(bars, narrator->out);
	fflush(narrator->out);
}

static void view_incident(const struct job *job, const struct incident *incident, void *context)
{
	struct narrator *narrator = context;
	/* What was said in a test stands beside its failure. */
	g_auto(GStrv) lines = g_strsplit(*incident->test ? "" : incident->output, "\n", -1);

	/* What ended the run before it began is said at its end; a test that lost the VMM says it, too. */
	if (narrator->talk == NARRATOR_SUMMARY || !job->at ||
	    (narrator->talk == NARRATOR_NEWS && *incident->test))
		return;
	erase_progress(narrator);
	fprintf(narrator->out, "%s  %s%s: %s\n", incident->event,
		*incident->test ? "in " : "outside a test", incident->test, incident->words);
	for (char **line = lines; *line; line++) {
		if (**line)
			fprintf(narrator->out, INDENT "| %s\n", *line);
	}
	fflush(narrator->out);
}

static void view_fresh_boot(const struct job *job, JsonObject *boot, void *context)
{
	struct narrator *narrator = context;

	if (narrator->talk < NARRATOR_ALL)
		return;
	erase_progress(narrator);
	fprintf(narrator->out, "fresh boot  for %" G_GINT64_FORMAT " tests of %s that were %s%s\n",
		record_number(boot, "tests", 0), record_text(boot, "device"),
		*record_text(boot, "again") ? "skipped, and judged before" : "not judged since ",
		record_text(boot, "since"));
	fflush(narrator->out);
}

/* What is measured for long is seen while it is. */
static void view_progress(JsonObject *ask, void *context)
{
	struct narrator *narrator = context;
	JsonObject *arguments = record_object(ask, "arguments");

	if (narrator->terminal && arguments)
		draw_line(narrator, record_text(arguments, "so_far"));
}

struct session_viewer narrator_viewer(struct narrator *narrator)
{
	return (struct session_viewer){.started = view_start,
				       .judged = view_test,
				       .measured = view_measure,
				       .incident = view_incident,
				       .progress = view_progress,
				       .fresh_boot = view_fresh_boot,
				       .context = narrator};
}

/* How the tests of one device ended; returns how many there are. */
static unsigned count_device(const struct job *job, const char *bdf, struct counts *counts)
{
	unsigned tests = 0;

	*counts = (struct counts){0};
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (strcmp(test->device, bdf) == 0) {
			counts->of[test->verdict]++;
			tests++;
		}
	}
	return tests;
}

static void tell_own_clauses(struct narrator *narrator, const struct device *device,
			     const struct own_clauses *own)
{
	fprintf(narrator->out, "%s %s: ", device->bdf, device->name);
	if (own->all == 0)
		fputs("of its own type nothing was judged, only what all devices have in common\n",
		      narrator->out);
	else
		fprintf(narrator->out,
			"%u of the %u clauses of its own type were judged, besides what all devices have in common\n",
			own->judged, own->all);
	for (unsigned i = 0; i < own->reasons->len; i++) {
		const struct own_reason *reason = own->reasons->pdata[i];

		fprintf(narrator->out, INDENT "%u not: %s\n", reason->clauses, reason->why);
	}
}

/*
 * What a verdict is not about comes before it: of a device that somebody's daemon serves always, else where none of
 * the clauses of its type was judged.
 */
static void tell_own(struct narrator *narrator, const struct job *job)
{
	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];
		const char *given = job_given(job, device->bdf);
		struct own_clauses own = own_clauses_of(job, device);

		if (job_is_served(job, given) ||
		    (own.all > 0 && own.judged == 0 && job_is_whole(job)))
			tell_own_clauses(narrator, device, &own);
		own_clauses_clear(&own);
	}
}

static void tell_counts(FILE *out, const char *bdf, const char *name, const struct counts *counts)
{
	fprintf(out, "%-12s %-12s %6u %6u %6u %6u %6u\n", bdf, name, counts->of[VERDICT_PASS],
		counts->of[VERDICT_FAIL], counts->of[VERDICT_WARN], counts->of[VERDICT_SKIP],
		counts->of[VERDICT_ERROR]);
}

static void tell_devices(struct narrator *narrator, const struct job *job)
{
	struct counts counts;

	fprintf(narrator->out, "\n%-12s %-12s %6s %6s %6s %6s %6s\n", "device", "type", "pass",
		"fail", "warn", "skip", "error");
	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];

		const char *given = job_given(job, device->bdf);

		count_device(job, device->bdf, &counts);
		tell_counts(narrator->out, device->bdf, *given ? given : device->name, &counts);
	}
	if (count_device(job, "", &counts))
		tell_counts(narrator->out, "", "none", &counts);
	tell_counts(narrator->out, "all", "", &job->counts);
}

static void tell_depth(struct narrator *narrator, const char *name, const struct device *device,
		       const struct depth *depth)
{
	g_autofree char *rings = g_strdup_printf(
		"%u%s", depth->rings, device->workload == WORKLOAD_DESCRIBED ? " (described)" : "");
	g_autofree char *behaviour = g_strdup_printf("%u", depth->behaviour);

	fprintf(narrator->out, "%-12s %-12s %10u  %-20s  %s\n", device->bdf, name, depth->transport,
		depth->rings ? rings : "not judged", depth->behaviour ? behaviour : "not judged");
}

/* By how many tests which part of a device was judged, in a run that was to judge all. */
static void tell_depths(struct narrator *narrator, const struct job *job)
{
	if (!job_is_whole(job))
		return;
	fprintf(narrator->out, "\n%-12s %-12s %10s  %-20s  %s\n", "judged by", "", "transport",
		"rings, interrupts", "behaviour");
	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];
		const char *given = job_given(job, device->bdf);
		struct depth depth = depth_of(job, device);

		tell_depth(narrator, *given ? given : device->name, device, &depth);
	}
}

/* Adds one to the number of a name, in a table whose keys are the caller's. */
static void count_name(GHashTable *numbers, const char *name)
{
	unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(numbers, name));

	g_hash_table_insert(numbers, (char *)name, GUINT_TO_POINTER(number + 1));
}

/* The name that was counted most often, of equals the first in order; NULL for none. */
static const char *most_counted(GHashTable *numbers, unsigned *number)
{
	g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(numbers), (GCompareFunc)strcmp);
	const char *most = NULL;

	*number = 0;
	for (GList *name = names; name; name = name->next) {
		unsigned count = GPOINTER_TO_UINT(g_hash_table_lookup(numbers, name->data));

		if (count > *number) {
			*number = count;
			most = name->data;
		}
	}
	return most;
}

/* How many tests were judged with rings of which format, where there is a choice: "split+msix" is of the split one. */
static void tell_rings(struct narrator *narrator, const struct job *job)
{
	g_autoptr(GHashTable) numbers = g_hash_table_new(g_str_hash, g_str_equal);
	const char *format, *between = "judged with rings: ";
	unsigned number;

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];
		g_autofree char *name = g_strndup(test->variant, strcspn(test->variant, "+"));

		if (*name && test_is_judged(test))
			count_name(numbers, g_intern_string(name));
	}
	if (g_hash_table_size(numbers) < 2)
		return;
	while ((format = most_counted(numbers, &number))) {
		fprintf(narrator->out, "%s%s %u", between, format, number);
		between = ", ";
		g_hash_table_remove(numbers, format);
	}
	fputc('\n', narrator->out);
}

/* Why most were skipped of those tests that no device was judged by: often one word of the user's is missing. */
static void tell_skips(struct narrator *narrator, const struct job *job)
{
	g_autoptr(GHashTable) judged = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) reasons = g_hash_table_new(g_str_hash, g_str_equal);
	unsigned number;
	const char *most;

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (test_is_judged(test))
			g_hash_table_add(judged, test->full_name);
	}
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (test->verdict == VERDICT_SKIP &&
		    !g_hash_table_contains(judged, test->full_name))
			count_name(reasons, test->reason);
	}
	most = most_counted(reasons, &number);
	if (most && number > 1)
		fprintf(narrator->out, "not judged on any device, %u times: %s\n", number, most);
}

static void tell_clauses(struct narrator *narrator, const struct job *job)
{
	unsigned counts[CLAUSE_VERDICTS] = {0}, unheeded = 0;
	gint64 uncovered = job->summary ? job->summary->uncovered : -1;

	for (unsigned i = 0; i < job->clauses->len; i++) {
		const struct clause *clause = job->clauses->pdata[i];

		counts[clause->verdict]++;
		unheeded += clause->verdict == CLAUSE_VIOLATED && clause->level != LEVEL_NONE &&
			    level_verdict(clause->level) == VERDICT_WARN;
	}
	fprintf(narrator->out, "clauses: %u hold, %u violated, ", counts[CLAUSE_HOLDS],
		counts[CLAUSE_VIOLATED] - unheeded);
	if (unheeded)
		fprintf(narrator->out, "%u not heeded (SHOULD), ", unheeded);
	fprintf(narrator->out, "%u not judged", counts[CLAUSE_UNJUDGED]);
	if (uncovered >= 0)
		fprintf(narrator->out, ", %" G_GINT64_FORMAT " without a test", uncovered);
	fputc('\n', narrator->out);
}

/* Where it was seen, what it takes away, how it is repeated: what it requires has been said on the way. */
static void tell_fault(struct narrator *narrator, const char *heading, enum colour colour,
		       const struct fault *fault)
{
	g_autofree char *headline = phrase_fault_headline(fault);
	g_autoptr(GPtrArray) phrases = phrase_fault(fault);

	fprintf(narrator->out, "%s%s:%s %s\n", begin(narrator, colour), heading, end(narrator),
		headline);
	for (unsigned i = 0; i < phrases->len; i++) {
		const struct phrase *phrase = phrases->pdata[i];

		if (phrase->part == PHRASE_WHERE || phrase->part == PHRASE_TAKEN ||
		    phrase->part == PHRASE_CONFIRMED)
			fprintf(narrator->out, INDENT "%s\n", phrase->text);
		else if (phrase->part == PHRASE_SOURCE)
			fprintf(narrator->out, INDENT "source: %s\n", phrase->text);
		else if (phrase->part == PHRASE_REPEAT)
			fprintf(narrator->out, INDENT "repeat: %s\n", phrase->text);
	}
}

/* What a reader who saw nothing but the summary must know. */
static void tell_news(struct narrator *narrator, const struct conclusion *conclusion)
{
	const struct job *job = conclusion->job;
	g_autoptr(GPtrArray) faults = faults_of_one(conclusion);

	for (unsigned i = 0; i < faults->len; i++) {
		const struct fault *fault = faults->pdata[i];

		if (fault->unexpected)
			tell_fault(narrator, "unexpected", RED, fault);
		else if (!fault->expectation)
			tell_fault(narrator, "new warning", AMBER, fault);
	}
	for (unsigned i = 0; i < conclusion->unjudged->len; i++)
		fprintf(narrator->out, "%snot judged:%s %s\n", begin(narrator, RED), end(narrator),
			(char *)conclusion->unjudged->pdata[i]);
	for (unsigned i = 0; job->at && i < job->incidents->len; i++) {
		const struct incident *incident = job->incidents->pdata[i];

		if (*incident->test == '\0')
			fprintf(narrator->out, "unexpected: %s outside a test: %s\n",
				incident->event, incident->words);
	}
}

void narrator_finish(struct narrator *narrator, const struct conclusion *conclusion,
		     const char *trouble)
{
	const struct job *job = conclusion->job;

	erase_progress(narrator);
	for (unsigned i = 0; i < job->notes->len; i++)
		fprintf(narrator->out, "note: %s\n", (char *)job->notes->pdata[i]);
	if (job->tests->len) {
		tell_own(narrator, job);
		tell_devices(narrator, job);
		tell_clauses(narrator, job);
		tell_rings(narrator, job);
		tell_skips(narrator, job);
		tell_depths(narrator, job);
	}
	if (job->boots_for_faults)
		fprintf(narrator->out,
			"%u tests that a root fault had taken away were judged in %u fresh boot%s\n",
			job->regained, job->boots_for_faults,
			job->boots_for_faults == 1 ? "" : "s");
	tell_news(narrator, conclusion);
	if (trouble)
		fprintf(narrator->out, "%s\n", trouble);
	fprintf(narrator->out, "%.1f s on %s %s (%s, %s)\n",
		(double)(g_get_monotonic_time() - narrator->began) / G_USEC_PER_SEC, job->vmm,
		job->version, job->machine, job->accelerator);
	fflush(narrator->out);
}
