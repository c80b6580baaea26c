/* SPDX-License-Identifier: BSD-2-Clause */
/* Markdown: for the summary of a CI job, a comment on a change. */
#include "host/report/formats.h"

#include "host/report/phrase.h"

/* A cell of a table holds no line end and no bar. */
static void put_cell(const char *text, FILE *out)
{
	fputs(" ", out);
	for (; *text; text++) {
		if (*text == '|')
			fputs("\\|", out);
		else
			fputc(*text == '\n' ? ' ' : *text, out);
	}
	fputs(" |", out);
}

static void put_jobs(const struct report *report, FILE *out)
{
	fputs("| job | VMM | machine | pass | fail | warn | skip | error | unexpected |\n"
	      "|---|---|---|--:|--:|--:|--:|--:|--:|\n",
	      out);
	for (unsigned i = 0; i < report->conclusions->len; i++) {
		const struct conclusion *conclusion = report->conclusions->pdata[i];
		const struct job *job = conclusion->job;
		const struct counts *counts = &job->counts;
		g_autofree char *vmm = g_strdup_printf("%s %s", job->vmm, job->version);
		g_autofree char *machine =
			g_strdup_printf("%s, %s", job->machine, job->accelerator);

		fputs("|", out);
		put_cell(job->name, out);
		put_cell(vmm, out);
		put_cell(machine, out);
		fprintf(out, " %u | %u | %u | %u | %u | %u%s |\n", counts->of[VERDICT_PASS],
			counts->of[VERDICT_FAIL], counts->of[VERDICT_WARN],
			counts->of[VERDICT_SKIP], counts->of[VERDICT_ERROR], conclusion->unexpected,
			job->summary ? "" : " (incomplete)");
	}
}

static void put_failure(const struct job *job, const struct test_result *test, FILE *out)
{
	g_autofree char *name = test_label(test);
	g_autofree char *explanation = phrase_lines(job, test, "    ");

	fprintf(out, "\n### `%s` on %s: %s\n\n%s", name, job->name, test_end_name(test),
		explanation);
}

static void put_failures(const struct report *report, FILE *out)
{
	gboolean headed = FALSE;

	for (unsigned i = 0; i < report->conclusions->len; i++) {
		const struct conclusion *conclusion = report->conclusions->pdata[i];
		const struct job *job = conclusion->job;

		for (unsigned j = 0; j < job->tests->len; j++) {
			const struct test_result *test = job->tests->pdata[j];

			if (!test_is_unexpected(test, conclusion->strict))
				continue;
			if (!headed)
				fputs("\n## Unexpected failures\n", out);
			headed = TRUE;
			put_failure(job, test, out);
		}
	}
}

static void put_stale(const struct report *report, FILE *out)
{
	gboolean headed = FALSE;

	for (unsigned i = 0; i < report->conclusions->len; i++) {
		const struct conclusion *conclusion = report->conclusions->pdata[i];
		const struct job *job = conclusion->job;

		for (unsigned j = 0; j < conclusion->stale->len; j++) {
			const struct expectation *entry = conclusion->stale->pdata[j];

			if (!headed)
				fputs("\n## Expected to fail, but did not\n\n", out);
			headed = TRUE;
			fprintf(out, "- %s: `%s`\n", job->name, entry->line);
		}
	}
}

void document_markdown(const struct report *report, FILE *out)
{
	fputs("# virtproof\n\n", out);
	put_jobs(report, out);
	put_failures(report, out);
	put_stale(report, out);
}
