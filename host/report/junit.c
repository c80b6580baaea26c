/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JUnit XML, within both of the schemas that are in wide use (Ant's and that of Jenkins' xUnit
 * plugin): one test suite a job; an expected failure counts as skipped, with its reason.
 */
#include "host/report/report.h"

#include <string.h>

#include <libxml/xmlwriter.h>

#include "host/record/records.h"
#include "host/report/explain.h"

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

static const char *message_of(const struct test_result *test)
{
	if (*test->reason || test->checks->len == 0)
		return test->reason;
	return ((const struct check *)test->checks->pdata[0])->message;
}

static void put_test(xmlTextWriter *writer, const struct report *report, const struct job *job,
		     const struct test_result *test)
{
	const struct expectation *expectation = explain_expectation(test);
	g_autofree char *explanation = explain_test(job, test, "");
	g_autofree char *name = test_label(test);
	g_autofree char *class = g_strdup_printf("%s.%s", job->name, test->suite);
	const char *type = *test->outcome ? test->outcome : test->verdict;

	begin(writer, "testcase");
	attribute(writer, "name", name);
	attribute(writer, "classname", class);
	seconds(writer, test->us, "%.6f");
	switch (test_end(test, report->strict)) {
	case END_PASSED:
		break;
	case END_FAILED:
		verdict(writer, "failure", type, message_of(test), explanation);
		break;
	case END_ERROR:
		verdict(writer, "error", type, message_of(test), explanation);
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
static void put_extra(xmlTextWriter *writer, const struct job *job, const char *type,
		      const char *message, const char *text)
{
	begin(writer, "testcase");
	attribute(writer, "name", type);
	attribute(writer, "classname", job->name);
	attribute(writer, "time", "0");
	verdict(writer, "failure", type, message, text);
	end(writer);
}

static void put_extras(xmlTextWriter *writer, const struct job *job, const struct outcome *outcome)
{
	for (unsigned i = 0; i < outcome->stale->len; i++) {
		const struct expectation *entry = outcome->stale->pdata[i];

		put_extra(writer, job, "stale expectation", "expected to fail, but did not",
			  entry->line);
	}
	for (unsigned i = 0; i < job->incidents->len; i++) {
		JsonObject *vmm = job->incidents->pdata[i];

		if (*record_text(vmm, "test") == '\0')
			put_extra(writer, job, record_text(vmm, "event"), record_text(vmm, "words"),
				  record_text(vmm, "output"));
	}
	if (!job->summary)
		put_extra(writer, job, "incomplete", "the summary never came", "");
}

struct totals {
	unsigned tests, failures, errors, skipped;
	gint64 us;
};

static struct totals add_up(const struct report *report, const struct job *job,
			    const struct outcome *outcome)
{
	struct totals totals = {.tests = job->tests->len};
	unsigned extras = outcome->stale->len + !job->summary;

	for (unsigned i = 0; i < job->incidents->len; i++)
		extras += *record_text(job->incidents->pdata[i], "test") == '\0';
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];
		enum test_end end = test_end(test, report->strict);

		totals.failures += end == END_FAILED;
		totals.errors += end == END_ERROR;
		totals.skipped += end == END_SKIPPED || end == END_EXPECTED;
		totals.us += test->us;
	}
	totals.tests += extras;
	totals.failures += extras;
	return totals;
}

static void put_job(xmlTextWriter *writer, const struct report *report, unsigned index)
{
	const struct job *job = report->jobs->pdata[index];
	const struct outcome *outcome = report->outcomes->pdata[index];
	struct totals totals = add_up(report, job, outcome);

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
		put_test(writer, report, job, job->tests->pdata[i]);
	put_extras(writer, job, outcome);
	begin(writer, "system-out");
	end(writer);
	begin(writer, "system-err");
	end(writer);
	end(writer);
}

void report_junit(const struct report *report, FILE *out)
{
	xmlBuffer *buffer = xmlBufferCreate();
	xmlTextWriter *writer = xmlNewTextWriterMemory(buffer, 0);

	xmlTextWriterSetIndent(writer, 1);
	xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL);
	begin(writer, "testsuites");
	for (unsigned i = 0; i < report->jobs->len; i++)
		put_job(writer, report, i);
	xmlTextWriterEndDocument(writer);
	xmlFreeTextWriter(writer);
	fwrite(xmlBufferContent(buffer), 1, (size_t)xmlBufferLength(buffer), out);
	xmlBufferFree(buffer);
}
