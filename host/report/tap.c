/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TAP 13 (https://testanything.org/tap-version-13-specification.html), the newest that prove of
 * perl 5.36 takes: an expected failure is a TODO, diagnostics are a YAML block.
 */
#include "host/report/report.h"

#include "host/record/records.h"
#include "host/report/explain.h"

/* Name and reason share their line with the directives, so # and \ are escaped. */
static void put_escaped(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
}

static void put_diagnostics(const struct job *job, const struct test_result *test, FILE *out)
{
	g_autofree char *explanation = explain_test(job, test, "    ");

	if (*explanation)
		fprintf(out, "  ---\n  verdict: %s\n  explanation: |\n%s  ...\n", test->verdict,
			explanation);
}

static void put_test(const struct report *report, const struct job *job, unsigned number,
		     const struct test_result *test, FILE *out)
{
	enum test_end end = test_end(test, report->strict);
	gboolean good = end == END_PASSED || end == END_SKIPPED;
	g_autofree char *name = test_label(test);

	fprintf(out, "%s %u - ", good ? "ok" : "not ok", number);
	put_escaped(job->name, out);
	fputs(": ", out);
	put_escaped(name, out);
	if (end == END_SKIPPED || end == END_EXPECTED) {
		const struct expectation *expectation = explain_expectation(test);

		fputs(end == END_SKIPPED ? " # SKIP " : " # TODO ", out);
		put_escaped(end == END_EXPECTED && expectation ? expectation->reason : test->reason,
			    out);
	}
	fputc('\n', out);
	if (!good)
		put_diagnostics(job, test, out);
}

/* What went wrong but is no test: a test point of its own, so that nobody overlooks it. */
static void put_extra(const struct job *job, unsigned number, const char *what, const char *detail,
		      FILE *out)
{
	fprintf(out, "not ok %u - ", number);
	put_escaped(job->name, out);
	fprintf(out, ": %s: ", what);
	put_escaped(detail, out);
	fputc('\n', out);
}

static unsigned put_job(const struct report *report, unsigned index, unsigned number, FILE *out)
{
	const struct job *job = report->jobs->pdata[index];
	const struct outcome *outcome = report->outcomes->pdata[index];

	for (unsigned i = 0; i < job->tests->len; i++)
		put_test(report, job, ++number, job->tests->pdata[i], out);
	for (unsigned i = 0; i < outcome->stale->len; i++) {
		const struct expectation *entry = outcome->stale->pdata[i];

		put_extra(job, ++number, "expected to fail, but did not", entry->line, out);
	}
	for (unsigned i = 0; i < job->incidents->len; i++) {
		JsonObject *vmm = job->incidents->pdata[i];

		if (*record_text(vmm, "test") == '\0')
			put_extra(job, ++number, record_text(vmm, "event"),
				  record_text(vmm, "words"), out);
	}
	if (!job->summary)
		put_extra(job, ++number, "incomplete", "the summary never came", out);
	return number;
}

void report_tap(const struct report *report, FILE *out)
{
	unsigned number = 0;

	fputs("TAP version 13\n", out);
	for (unsigned i = 0; i < report->jobs->len; i++)
		number = put_job(report, i, number, out);
	fprintf(out, "1..%u\n", number);
}
