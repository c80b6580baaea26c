/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JUnit XML, within both of the schemas that are in wide use (Ant's and that of Jenkins' xUnit
 * plugin): one test suite a job; an expected failure counts as skipped, with its reason.
 */
#include "host/report/formats.h"

#include <libxml/xmlwriter.h>

#include "host/report/phrase.h"

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

static void attribute(xmlTextWriter *writer, const char *name, const char *text)
{
	g_autofree char *fit = clean(text);

	xmlTextWriterWriteAttribute(writer, BAD_CAST name, BAD_CAST fit);
}

static void number(xmlTextWriter *writer, const char *name, unsigned value)
{
	xmlTextWriterWriteFormatAttribute(writer, BAD_CAST name, "%u", value);
}

/* Jenkins' schema takes three decimals at most for a suite. */
static void seconds(xmlTextWriter *writer, gint64 us, const char *format)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_formatd(text, sizeof(text), format, (double)us / G_USEC_PER_SEC);
	attribute(writer, "time", text);
}

static void begin(xmlTextWriter *writer, const char *name)
{
	xmlTextWriterStartElement(writer, BAD_CAST name);
}

static void end(xmlTextWriter *writer)
{
	xmlTextWriterFullEndElement(writer);
}

static void property(xmlTextWriter *writer, const char *name, const char *value)
{
	begin(writer, "property");
	attribute(writer, "name", name);
	attribute(writer, "value", value);
	end(writer);
}

/* A failure, an error or a skip within a test case. */
static void verdict(xmlTextWriter *writer, const char *element, const char *type,
		    const char *message, const char *text)
{
	g_autofree char *fit = clean(text);

	begin(writer, element);
	attribute(writer, "type", type);
	attribute(writer, "message", message);
	xmlTextWriterWriteString(writer, BAD_CAST fit);
	end(writer);
}

static void put_test(xmlTextWriter *writer, const struct conclusion *conclusion,
		     const struct test_result *test)
{
	const struct job *job = conclusion->job;
	const struct expectation *expectation = test_expectation(test);
	g_autofree char *explanation = phrase_lines(job, test, "");
	g_autofree char *headline = phrase_headline(test, conclusion->strict);
	g_autofree char *name = test_label(test);
	g_autofree char *class = g_strdup_printf("%s.%s", job->name, test->suite);
	const char *type = test_end_name(test);

	begin(writer, "testcase");
	attribute(writer, "name", name);
	attribute(writer, "classname", class);
	seconds(writer, test->us, "%.6f");
	switch (test_end(test, conclusion->strict)) {
	case END_PASSED:
		break;
	case END_FAILED:
		verdict(writer, "failure", type, headline, explanation);
		break;
	case END_ERROR:
		verdict(writer, "error", type, headline, explanation);
		break;
	case END_EXPECTED:
		verdict(writer, "skipped", "expected failure",
			expectation ? expectation->reason : "", explanation);
		break;
	case END_SKIPPED:
		verdict(writer, "skipped", "skip", test->reason, "");
		break;
	}
	end(writer);
}

/* What went wrong but is no test. */
static void put_extra(xmlTextWriter *writer, const struct job *job, const struct extra *extra)
{
	begin(writer, "testcase");
	attribute(writer, "name", extra->type);
	attribute(writer, "classname", job->name);
	attribute(writer, "time", "0");
	verdict(writer, "failure", extra->type, extra->message, extra->detail);
	end(writer);
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

static void put_job(xmlTextWriter *writer, const struct conclusion *conclusion, unsigned index)
{
	const struct job *job = conclusion->job;
	g_autoptr(GPtrArray) extras = phrase_extras(conclusion);
	struct totals totals = add_up(conclusion, extras->len);

	begin(writer, "testsuite");
	attribute(writer, "name", *job->name ? job->name : "virtproof");
	attribute(writer, "package", "virtproof");
	number(writer, "id", index);
	attribute(writer, "timestamp", *job->time ? job->time : "1970-01-01T00:00:00");
	attribute(writer, "hostname", "localhost");
	number(writer, "tests", totals.tests);
	number(writer, "failures", totals.failures);
	number(writer, "errors", totals.errors);
	number(writer, "skipped", totals.skipped);
	seconds(writer, totals.us, "%.3f");
	begin(writer, "properties");
	property(writer, "vmm", job->vmm);
	property(writer, "version", job->version);
	property(writer, "machine", job->machine);
	property(writer, "accelerator", job->accelerator);
	end(writer);
	for (unsigned i = 0; i < job->tests->len; i++)
		put_test(writer, conclusion, job->tests->pdata[i]);
	for (unsigned i = 0; i < extras->len; i++)
		put_extra(writer, job, extras->pdata[i]);
	begin(writer, "system-out");
	end(writer);
	begin(writer, "system-err");
	end(writer);
	end(writer);
}

void document_junit(const struct report *report, FILE *out)
{
	xmlBuffer *buffer = xmlBufferCreate();
	xmlTextWriter *writer = xmlNewTextWriterMemory(buffer, 0);

	xmlTextWriterSetIndent(writer, 1);
	xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL);
	begin(writer, "testsuites");
	for (unsigned i = 0; i < report->conclusions->len; i++)
		put_job(writer, report->conclusions->pdata[i], i);
	xmlTextWriterEndDocument(writer);
	xmlFreeTextWriter(writer);
	fwrite(xmlBufferContent(buffer), 1, (size_t)xmlBufferLength(buffer), out);
	xmlBufferFree(buffer);
}
