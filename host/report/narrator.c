/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/narrator.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/record/records.h"
#include "host/report/explain.h"
#include "host/verdict/expectations.h"

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
		at->n, at->of, (double)(now - narrator->began) / G_USEC_PER_SEC, job->counts.fail,
		at->suite, at->test, at->device, device ? device->name : "");

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
	return strcmp(test->verdict, "pass") != 0 && strcmp(test->verdict, "skip") != 0;
}

static void view_test(const struct job *job, struct test_result *test, void *context)
{
	struct narrator *narrator = context;
	gboolean bad = is_bad(test);
	g_autofree char *explanation = explain_test(job, test, INDENT);

	if (narrator->quiet || (narrator->terminal && !bad))
		return;
	erase_progress(narrator);
	fprintf(narrator->out, "%-5s  %s  %s %s  %s", test->verdict, test->full_name, test->device,
		test->family, test->variant);
	if (test->us)
		fprintf(narrator->out, "  %.1f ms", (double)test->us / 1000);
	fprintf(narrator->out, "%s%s%s\n", *test->outcome ? "  " : "", test->outcome,
		bad && explain_expectation(test) ? "  (expected)" : "");
	fputs(explanation, narrator->out);
	fflush(narrator->out);
}

static void tell_figure(FILE *out, const char *name, double value)
{
	fprintf(out, value < 1000 ? " %s %.4g" : " %s %.0f", name, value);
}

/* A figure on one line: a value, or where the distribution has its weight and its end. */
static void view_measure(const struct job *job, JsonObject *measure, void *context)
{
	static const char *const parts[][2] = {
		{"p50", "p50"}, {"p90", "p90"}, {"p99", "p99"}, {"p999", "p99.9"}, {"max", "max"}};
	struct narrator *narrator = context;

	if (narrator->quiet)
		return;
	erase_progress(narrator);
	fprintf(narrator->out, "%-44s %s %s ", record_text(measure, "name"),
		record_text(measure, "device"), record_text(measure, "variant"));
	if (record_array(measure, "buckets")) {
		for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++)
			tell_figure(narrator->out, parts[i][1],
				    record_real(measure, parts[i][0], 0));
	} else {
		tell_figure(narrator->out, "", record_real(measure, "value", 0));
	}
	fprintf(narrator->out, " %s\n", record_text(measure, "unit"));
	fflush(narrator->out);
}

static void view_incident(const struct job *job, JsonObject *vmm, void *context)
{
	struct narrator *narrator = context;
	const char *test = record_text(vmm, "test");
	g_auto(GStrv) lines = g_strsplit(record_text(vmm, "output"), "\n", -1);

	if (narrator->quiet)
		return;
	erase_progress(narrator);
	fprintf(narrator->out, "%s  %s%s: %s\n", record_text(vmm, "event"),
		*test ? "in " : "outside a test", test, record_text(vmm, "words"));
	for (char **line = lines; *line; line++) {
		if (**line)
			fprintf(narrator->out, INDENT "| %s\n", *line);
	}
	fflush(narrator->out);
}

struct session_viewer narrator_viewer(struct narrator *narrator)
{
	return (struct session_viewer){.started = view_start,
				       .judged = view_test,
				       .measured = view_measure,
				       .incident = view_incident,
				       .context = narrator};
}

static struct counts count_device(const struct job *job, const char *bdf)
{
	struct counts counts = {0};

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (strcmp(test->device, bdf) == 0)
			count_verdict(&counts, test->verdict);
	}
	return counts;
}

static void tell_counts(FILE *out, const char *bdf, const char *name, struct counts counts)
{
	fprintf(out, "%-12s %-12s %6u %6u %6u %6u %6u\n", bdf, name, counts.pass, counts.fail,
		counts.warn, counts.skip, counts.error);
}

static void tell_devices(struct narrator *narrator, const struct job *job)
{
	struct counts apart = count_device(job, "");

	fprintf(narrator->out, "\n%-12s %-12s %6s %6s %6s %6s %6s\n", "device", "type", "pass",
		"fail", "warn", "skip", "error");
	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];

		tell_counts(narrator->out, device->bdf, device->name,
			    count_device(job, device->bdf));
	}
	if (apart.pass + apart.fail + apart.warn + apart.skip + apart.error)
		tell_counts(narrator->out, "", "none", apart);
	tell_counts(narrator->out, "all", "", job->counts);
}

static void tell_clauses(struct narrator *narrator, const struct job *job)
{
	unsigned holds = 0, violated = 0, unjudged = 0;
	JsonObject *said = job->summary ? record_object(job->summary, "clauses") : NULL;
	gint64 uncovered = said ? record_number(said, "uncovered", -1) : -1;

	for (unsigned i = 0; i < job->clauses->len; i++) {
		const struct clause *clause = job->clauses->pdata[i];

		if (strcmp(clause->verdict, "holds") == 0)
			holds++;
		else if (strcmp(clause->verdict, "violated") == 0)
			violated++;
		else
			unjudged++;
	}
	fprintf(narrator->out, "clauses: %u hold, %u violated, %u not judged", holds, violated,
		unjudged);
	if (uncovered >= 0)
		fprintf(narrator->out, ", %" G_GINT64_FORMAT " without a test", uncovered);
	fputc('\n', narrator->out);
}

/* What a reader who saw nothing but the summary must know. */
static void tell_unexpected(struct narrator *narrator, const struct job *job, gboolean strict)
{
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];
		g_autofree char *repeat = explain_repeat(job, test);

		if (!test_is_unexpected(test, strict))
			continue;
		fprintf(narrator->out, "unexpected: %s  %s  %s %s  %s%s%s\n", test->verdict,
			test->full_name, test->device, test->family, test->variant,
			*test->reason ? "  " : "", test->reason);
		if (repeat)
			fprintf(narrator->out, INDENT "repeat: %s\n", repeat);
	}
	for (unsigned i = 0; i < job->incidents->len; i++) {
		JsonObject *vmm = job->incidents->pdata[i];

		if (*record_text(vmm, "test") == '\0')
			fprintf(narrator->out, "unexpected: %s outside a test: %s\n",
				record_text(vmm, "event"), record_text(vmm, "words"));
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
	tell_unexpected(narrator, job, strict);
	if (trouble)
		fprintf(narrator->out, "%s\n", trouble);
	fprintf(narrator->out, "%.1f s on %s %s (%s, %s)\n",
		(double)(g_get_monotonic_time() - narrator->began) / G_USEC_PER_SEC, job->vmm,
		job->version, job->machine, job->accelerator);
	fflush(narrator->out);
}
