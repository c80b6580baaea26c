/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TAP 13 (https://testanything.org/tap-version-13-specification.html), the newest that prove of
 * perl 5.36 takes: an expected failure is a TODO, diagnostics are a YAML block.
 */
#include "host/report/formats.h"

#include "host/report/phrase.h"

/* Name and reason share their line with the directives, so # and \ are escaped. */
static void put_escaped(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
}

static void put_diagnostics(const GPtrArray *faults, const struct job *job,
			    const struct test_result *test, FILE *out)
{
	g_autofree char *explanation = phrase_test_among(faults, job, test, "    ");

	if (*explanation)
		fprintf(out, "  ---\n  verdict: %s\n  explanation: |\n%s  ...\n",
			verdict_name(test->verdict), explanation);
}

static void put_test(const GPtrArray *faults, const struct conclusion *conclusion, unsigned number,
		     const struct test_result *test, FILE *out)
{
	const struct job *job = conclusion->job;
	enum test_end end = test_end(test, conclusion->strict);
	gboolean good = end == END_PASSED || end == END_SKIPPED;
	g_autofree char *name = test_label(test);

	fprintf(out, "%s %u - ", good ? "ok" : "not ok", number);
	put_escaped(job->name, out);
	fputs(": ", out);
	put_escaped(name, out);
	if (end == END_SKIPPED || end == END_EXPECTED) {
		const struct expectation *expectation = test_expectation(test);

		fputs(end == END_SKIPPED ? " # SKIP " : " # TODO ", out);
		put_escaped(end == END_EXPECTED && expectation ? expectation->reason : test->reason,
			    out);
	}
	fputc('\n', out);
	if (!good)
		put_diagnostics(faults, job, test, out);
}

static unsigned put_job(const GPtrArray *faults, const struct conclusion *conclusion,
			unsigned number, FILE *out)
{
	const struct job *job = conclusion->job;
	g_autoptr(GPtrArray) extras = phrase_extras(conclusion);

	for (unsigned i = 0; i < job->tests->len; i++)
		put_test(faults, conclusion, ++number, job->tests->pdata[i], out);
	/* What went wrong but is no test: a test point of its own, so that nobody overlooks it. */
	for (unsigned i = 0; i < extras->len; i++) {
		fprintf(out, "not ok %u - ", ++number);
		put_escaped(job->name, out);
		fputs(": ", out);
		put_escaped(((const struct extra *)extras->pdata[i])->line, out);
		fputc('\n', out);
	}
	for (unsigned i = 0; i < conclusion->unjudged->len; i++)
		fprintf(out, "# %s: not judged: %s\n", job->name,
			(char *)conclusion->unjudged->pdata[i]);
	return number;
}

void document_tap(const struct report *report, FILE *out)
{
	g_autoptr(GPtrArray) faults = faults_of(report->conclusions);
	unsigned number = 0;

	fputs("TAP version 13\n", out);
	for (unsigned i = 0; i < report->conclusions->len; i++)
		number = put_job(faults, report->conclusions->pdata[i], number, out);
	fprintf(out, "1..%u\n", number);
}
