/* SPDX-License-Identifier: BSD-2-Clause */
/* Markdown: for the summary of a CI job, a comment on a change. */
#include "host/report/formats.h"

#include <string.h>

#include "host/record/depth.h"
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
			job_is_complete(job) ? "" : " (incomplete)");
	}
}

/* By how many tests which part of a device was judged. */
static void put_depths(const struct job *job, FILE *out)
{
	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];
		const char *given = job_given(job, device->bdf);
		struct depth depth = depth_of(job, device);

		fputs("|", out);
		put_cell(job->name, out);
		put_cell(device->bdf, out);
		put_cell(*given ? given : device->name, out);
		fprintf(out, " %u | %u%s | %u |\n", depth.transport, depth.rings,
			device->workload == WORKLOAD_DESCRIBED ? " (described)" : "",
			depth.behaviour);
	}
}

static void put_unjudged(const struct report *report, FILE *out)
{
	gboolean headed = FALSE;

	for (unsigned i = 0; i < report->conclusions->len; i++) {
		const struct conclusion *conclusion = report->conclusions->pdata[i];

		for (unsigned j = 0; j < conclusion->unjudged->len; j++) {
			if (!headed)
				fputs("\n## Not judged\n\n", out);
			headed = TRUE;
			fprintf(out, "- %s: %s\n", conclusion->job->name,
				(char *)conclusion->unjudged->pdata[j]);
		}
	}
	fputs("\n<details><summary>What each device was judged by</summary>\n\n"
	      "| job | device | type | transport | rings, interrupts | behaviour |\n"
	      "|---|---|---|--:|--:|--:|\n",
	      out);
	for (unsigned i = 0; i < report->conclusions->len; i++)
		put_depths(((const struct conclusion *)report->conclusions->pdata[i])->job, out);
	fputs("\n</details>\n", out);
}

static void put_fault(const struct fault *fault, FILE *out)
{
	const struct sighting *first = fault->sightings->pdata[0];
	g_autofree char *explanation = phrase_fault_lines(fault, "    ");

	fprintf(out, "\n### `%s` on %s %s\n\n%s", fault->what, first->job->vmm, first->job->version,
		explanation);
}

/* Each once: unexpected faults stand before warnings that are new, what was expected is left out. */
static void put_faults(const struct report *report, FILE *out)
{
	g_autoptr(GPtrArray) faults = faults_of(report->conclusions);
	const char *heading = "";

	for (unsigned i = 0; i < faults->len; i++) {
		const struct fault *fault = faults->pdata[i];
		const char *own = fault->unexpected ? "Unexpected" : "New warnings";

		if (!fault->unexpected && fault->expectation)
			continue;
		if (strcmp(heading, own) != 0)
			fprintf(out, "\n## %s\n", own);
		heading = own;
		put_fault(fault, out);
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
	put_unjudged(report, out);
	put_faults(report, out);
	put_stale(report, out);
}
