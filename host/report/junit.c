/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JUnit XML, within both of the schemas that are in wide use (Ant's and that of Jenkins' xUnit
 * plugin): one test suite a job; an expected failure counts as skipped, with its reason. A fault is explained at the
 * first test in which it was seen.
 */
#include "host/report/formats.h"

#include "host/report/phrase.h"

/* What is written, and the names that are taken: of equal names readers keep one. */
struct document {
	FILE *out;
	GHashTable *names;
};

/* The name, with a number behind it from the second time on. The caller owns it. */
static char *own_name(const struct document *document, const char *class, const char *name)
{
	char *own = g_strdup(name);

	for (unsigned n = 2;; n++) {
		char *key = g_strconcat(class, "\n", own, NULL);

		if (g_hash_table_add(document->names, key))
			return own;
		g_free(own);
		own = g_strdup_printf("%s (%u)", name, n);
	}
}

/* XML cannot hold most control characters, not even escaped. The caller owns the result. */
static char *clean(const char *text)
{
	char *copy = g_utf8_make_valid(text, -1);

	for (char *c = copy; *c; c++) {
		if (g_ascii_iscntrl(*c) && *c != '\n' && *c != '\t')
			*c = '?';
	}
	return copy;
}

static void put_text(FILE *out, const char *text)
{
	g_autofree char *fit = clean(text);
	g_autofree char *escaped = g_markup_escape_text(fit, -1);

	fputs(escaped, out);
}

static void put_attribute(FILE *out, const char *name, const char *text)
{
	fprintf(out, " %s=\"", name);
	put_text(out, text);
	fputc('"', out);
}

/* Jenkins' schema takes three decimals at most for a suite. */
static void put_seconds(FILE *out, gint64 us, const char *format)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_formatd(text, sizeof(text), format, (double)us / G_USEC_PER_SEC);
	put_attribute(out, "time", text);
}

static void put_property(FILE *out, const char *name, const char *value)
{
	fputs("   <property", out);
	put_attribute(out, "name", name);
	put_attribute(out, "value", value);
	fputs("/>\n", out);
}

/* A failure, an error or a skip within a test case. */
static void put_verdict(FILE *out, const char *element, const char *type, const char *message,
			const char *text)
{
	fprintf(out, "\n   <%s", element);
	put_attribute(out, "type", type);
	put_attribute(out, "message", message);
	fputc('>', out);
	put_text(out, text);
	fprintf(out, "</%s>\n  ", element);
}

static void put_case(const struct document *document, const char *class, const char *name,
		     gint64 us)
{
	g_autofree char *own = own_name(document, class, name);

	fputs("  <testcase", document->out);
	put_attribute(document->out, "name", own);
	put_attribute(document->out, "classname", class);
	put_seconds(document->out, us, "%.6f");
	fputc('>', document->out);
}

static void put_test(const struct document *document, const GPtrArray *faults,
		     const struct conclusion *conclusion, const char *suite,
		     const struct test_result *test)
{
	FILE *out = document->out;
	const struct expectation *expectation = test_expectation(test);
	g_autofree char *explanation = phrase_test_among(faults, conclusion->job, test, "");
	g_autofree char *headline = phrase_headline(test, conclusion->strict);
	g_autofree char *name = test_label(test);
	g_autofree char *class = g_strdup_printf("%s.%s", suite, test->suite);
	const char *type = test_end_name(test);

	put_case(document, class, name, test->us);
	switch (test_end(test, conclusion->strict)) {
	case END_PASSED:
		break;
	case END_FAILED:
		put_verdict(out, "failure", type, headline, explanation);
		break;
	case END_ERROR:
		put_verdict(out, "error", type, headline, explanation);
		break;
	case END_EXPECTED:
		put_verdict(out, "skipped", "expected failure",
			    expectation ? expectation->reason : "", explanation);
		break;
	case END_SKIPPED:
		put_verdict(out, "skipped", "skip", test->reason, "");
		break;
	}
	fputs("</testcase>\n", out);
}

/* What went wrong but is no test. */
static void put_extra(const struct document *document, const char *suite, const struct extra *extra)
{
	put_case(document, suite, extra->type, 0);
	put_verdict(document->out, "failure", extra->type, extra->message, extra->detail);
	fputs("</testcase>\n", document->out);
}

struct totals {
	unsigned tests, failures, errors, skipped;
	gint64 us;
};

static struct totals add_up(const struct conclusion *conclusion, unsigned extras)
{
	const struct job *job = conclusion->job;
	struct totals totals = {.tests = job->tests->len + extras, .failures = extras};

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];
		enum test_end end = test_end(test, conclusion->strict);

		totals.failures += end == END_FAILED;
		totals.errors += end == END_ERROR;
		totals.skipped += end == END_SKIPPED || end == END_EXPECTED;
		totals.us += test->us;
	}
	return totals;
}

/* What it takes to understand and to repeat the job. */
static void put_properties(FILE *out, const struct conclusion *conclusion)
{
	const struct job *job = conclusion->job;
	const struct {
		const char *name, *value;
	} properties[] = {
		{"vmm", job->vmm},          {"version", job->version},
		{"machine", job->machine},  {"accelerator", job->accelerator},
		{"command", job->command},  {"image words", job->run ? job->run->command_line : ""},
		{"left out", job->omitted},
	};

	fputs("  <properties>\n", out);
	for (unsigned i = 0; i < G_N_ELEMENTS(properties); i++) {
		if (*properties[i].value)
			put_property(out, properties[i].name, properties[i].value);
	}
	for (unsigned i = 0; i < conclusion->unjudged->len; i++)
		put_property(out, "not judged", conclusion->unjudged->pdata[i]);
	fputs("  </properties>\n", out);
}

static void put_head(FILE *out, const struct conclusion *conclusion, const char *name,
		     unsigned index, const struct totals *totals)
{
	const struct job *job = conclusion->job;

	fputs(" <testsuite", out);
	put_attribute(out, "name", name);
	put_attribute(out, "package", "virtproof");
	fprintf(out, " id=\"%u\"", index);
	put_attribute(out, "timestamp", *job->time ? job->time : "1970-01-01T00:00:00");
	put_attribute(out, "hostname", g_get_host_name());
	fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"", totals->tests,
		totals->failures, totals->errors, totals->skipped);
	put_seconds(out, totals->us, "%.3f");
	fputs(">\n", out);
	put_properties(out, conclusion);
}

static void put_job(const struct document *document, const GPtrArray *faults,
		    const struct conclusion *conclusion, unsigned index)
{
	const struct job *job = conclusion->job;
	g_autoptr(GPtrArray) extras = phrase_extras(conclusion);
	struct totals totals = add_up(conclusion, extras->len);
	g_autofree char *name = own_name(document, "", *job->name ? job->name : "virtproof");

	put_head(document->out, conclusion, name, index, &totals);
	for (unsigned i = 0; i < job->tests->len; i++)
		put_test(document, faults, conclusion, name, job->tests->pdata[i]);
	for (unsigned i = 0; i < extras->len; i++)
		put_extra(document, name, extras->pdata[i]);
	fputs("  <system-out></system-out>\n  <system-err></system-err>\n </testsuite>\n",
	      document->out);
}

void document_junit(const struct report *report, FILE *out)
{
	g_autoptr(GPtrArray) faults = faults_of(report->conclusions);
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct document document = {.out = out, .names = names};

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
	for (unsigned i = 0; i < report->conclusions->len; i++)
		put_job(&document, faults, report->conclusions->pdata[i], i);
	fputs("</testsuites>\n", out);
}
