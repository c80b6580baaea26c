/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/narrator.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/record/records.h"
#include "host/report/phrase.h"

/* The progress line is not redrawn more often than this: the eye sees no more. */
#define REDRAW_US 50000

#define INDENT    "       "

struct narrator {
	FILE *out;
	gboolean terminal;
	gboolean quiet;
	gboolean drawn; /* a progress line stands at the cursor */
	gint64 began;
	gint64 last_drawn;
};

struct narrator *narrator_new(FILE *out, gboolean terminal, gboolean quiet)
{
	struct narrator *narrator = g_new0(struct narrator, 1);

	narrator->out = out;
	narrator->terminal = terminal;
	narrator->quiet = quiet;
	narrator->began = g_get_monotonic_time();
	return narrator;
}

void narrator_free(struct narrator *narrator)
{
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

	fprintf(narrator->out, "\r\033[K%.*s", (int)terminal_width(narrator) - 1, line);
	fflush(narrator->out);
	narrator->drawn = TRUE;
}

static void view_start(const struct job *job, void *context)
{
	struct narrator *narrator = context;

	if (narrator->terminal && !narrator->quiet)
		draw_progress(narrator, job);
}

static gboolean is_bad(const struct test_result *test)
{
	return test->verdict != VERDICT_PASS && test->verdict != VERDICT_SKIP;
}

static void view_test(const struct job *job, struct test_result *test, void *context)
{
	struct narrator *narrator = context;
	gboolean bad = is_bad(test);
	g_autofree char *explanation = phrase_lines(job, test, INDENT);

	if (narrator->quiet || (narrator->terminal && !bad))
		return;
	erase_progress(narrator);
	fprintf(narrator->out, "%-5s  %s  %s %s  %s", verdict_name(test->verdict), test->full_name,
		test->device, test->family, test->variant);
	if (test->us)
		fprintf(narrator->out, "  %.1f ms", (double)test->us / 1000);
	fprintf(narrator->out, "%s%s%s\n", test_lost_the_vmm(test) ? "  " : "",
		outcome_name(test->outcome), bad && test_expectation(test) ? "  (expected)" : "");
	fputs(explanation, narrator->out);
	fflush(narrator->out);
}

static void tell_figure(FILE *out, const char *name, double value)
{
	fprintf(out, value < 1000 ? " %s %.4g" : " %s %.0f", name, value);
}

/* A figure on one line: a value, or where the distribution has its weight and its end. */
static void view_measure(const struct job *job, const struct measure *measure, void *context)
{
	static const char *const parts[][2] = {
		{"p50", "p50"}, {"p90", "p90"}, {"p99", "p99"}, {"p999", "p99.9"}, {"max", "max"}};
	struct narrator *narrator = context;

	if (narrator->quiet)
		return;
	erase_progress(narrator);
	fprintf(narrator->out, "%-44s %s %s ", measure->name, measure->device, measure->variant);
	if (measure->distributed) {
		for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++)
			tell_figure(narrator->out, parts[i][1],
				    measure_figure(measure, parts[i][0]));
	} else {
		tell_figure(narrator->out, "", measure_figure(measure, "value"));
	}
	fprintf(narrator->out, " %s\n", measure->unit);
	fflush(narrator->out);
}

static void view_incident(const struct job *job, const struct incident *incident, void *context)
{
	struct narrator *narrator = context;
	/* What was said in a test stands beside its failure. */
	g_auto(GStrv) lines = g_strsplit(*incident->test ? "" : incident->output, "\n", -1);

	if (narrator->quiet)
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

	if (narrator->quiet)
		return;
	erase_progress(narrator);
	fprintf(narrator->out,
		"fresh boot  for %" G_GINT64_FORMAT " tests of %s that were not judged since %s\n",
		record_number(boot, "tests", 0), record_text(boot, "device"),
		record_text(boot, "since"));
	fflush(narrator->out);
}

struct session_viewer narrator_viewer(struct narrator *narrator)
{
	return (struct session_viewer){.started = view_start,
				       .judged = view_test,
				       .measured = view_measure,
				       .incident = view_incident,
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

		count_device(job, device->bdf, &counts);
		tell_counts(narrator->out, device->bdf, device->name, &counts);
	}
	if (count_device(job, "", &counts))
		tell_counts(narrator->out, "", "none", &counts);
	tell_counts(narrator->out, "all", "", &job->counts);
}

static void tell_clauses(struct narrator *narrator, const struct job *job)
{
	unsigned counts[CLAUSE_VERDICTS] = {0};
	gint64 uncovered = job->summary ? job->summary->uncovered : -1;

	for (unsigned i = 0; i < job->clauses->len; i++)
		counts[((const struct clause *)job->clauses->pdata[i])->verdict]++;
	fprintf(narrator->out, "clauses: %u hold, %u violated, %u not judged", counts[CLAUSE_HOLDS],
		counts[CLAUSE_VIOLATED], counts[CLAUSE_UNJUDGED]);
	if (uncovered >= 0)
		fprintf(narrator->out, ", %" G_GINT64_FORMAT " without a test", uncovered);
	fputc('\n', narrator->out);
}

/* What a reader who saw nothing but the summary must know. */
static void tell_unexpected(struct narrator *narrator, const struct job *job, gboolean strict)
{
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];
		g_autofree char *repeat = phrase_repeat(job, test);
		g_autofree char *headline = phrase_headline(test, strict);

		if (!test_is_unexpected(test, strict))
			continue;
		fprintf(narrator->out, "unexpected: %s  %s  %s %s  %s%s%s\n",
			verdict_name(test->verdict), test->full_name, test->device, test->family,
			test->variant, *headline ? "  " : "", headline);
		if (repeat)
			fprintf(narrator->out, INDENT "repeat: %s\n", repeat);
	}
	for (unsigned i = 0; i < job->incidents->len; i++) {
		const struct incident *incident = job->incidents->pdata[i];

		if (*incident->test == '\0')
			fprintf(narrator->out, "unexpected: %s outside a test: %s\n",
				incident->event, incident->words);
	}
}

void narrator_finish(struct narrator *narrator, const struct job *job, gboolean strict,
		     const char *trouble)
{
	erase_progress(narrator);
	for (unsigned i = 0; i < job->notes->len; i++)
		fprintf(narrator->out, "note: %s\n", (char *)job->notes->pdata[i]);
	if (job->tests->len) {
		tell_devices(narrator, job);
		tell_clauses(narrator, job);
	}
	if (job->fresh_boots)
		fprintf(narrator->out,
			"%u tests that a root fault had taken away were judged in %u fresh boot%s\n",
			job->regained, job->fresh_boots, job->fresh_boots == 1 ? "" : "s");
	tell_unexpected(narrator, job, strict);
	if (trouble)
		fprintf(narrator->out, "%s\n", trouble);
	fprintf(narrator->out, "%.1f s on %s %s (%s, %s)\n",
		(double)(g_get_monotonic_time() - narrator->began) / G_USEC_PER_SEC, job->vmm,
		job->version, job->machine, job->accelerator);
	fflush(narrator->out);
}
