/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/github.h"

#include <errno.h>
#include <string.h>

#include <gio/gio.h>

#include "host/report/formats.h"
#include "host/report/phrase.h"

/* So many annotations of a kind are shown a step. */
#define ANNOTATIONS_MOST 10

/* The summary of a step is refused when it is longer than 1 MiB. */
#define SUMMARY_MOST (1000 * 1000)

/* A message ends with its line, and a property at a colon or comma. */
static void put_escaped(const char *text, gboolean in_property, FILE *out)
{
	for (; *text; text++) {
		if (*text == '%' || *text == '\r' || *text == '\n' ||
		    (in_property && (*text == ':' || *text == ',')))
			fprintf(out, "%%%02X", (unsigned)*text);
		else
			fputc(*text, out);
	}
}

static void put_annotation(const struct fault *fault, FILE *out)
{
	g_autofree char *headline = phrase_fault_headline(fault);
	g_autofree char *lines = phrase_fault_lines(fault, "");

	fprintf(out, "::%s title=", fault->unexpected ? "error" : "warning");
	put_escaped(headline, TRUE, out);
	fputs("::", out);
	put_escaped(lines, FALSE, out);
	fputc('\n', out);
}

/* What was not judged of devices, each a warning; returns how many there are, more than are told among them. */
static unsigned put_unjudged(const struct conclusion *conclusion, unsigned before, FILE *out)
{
	const GPtrArray *unjudged = conclusion->unjudged;

	for (unsigned i = 0; i < unjudged->len && before + i < ANNOTATIONS_MOST; i++) {
		fputs("::warning title=not judged::", out);
		put_escaped(unjudged->pdata[i], FALSE, out);
		fputc('\n', out);
	}
	return unjudged->len;
}

static void put_annotations(const struct report *report, FILE *out)
{
	g_autoptr(GPtrArray) faults = faults_of(report->conclusions);
	unsigned errors = 0, warnings = 0;

	for (unsigned i = 0; i < faults->len; i++) {
		const struct fault *fault = faults->pdata[i];
		unsigned *count = fault->unexpected ? &errors : &warnings;

		if (!fault->unexpected && fault->expectation)
			continue;
		if (++*count <= ANNOTATIONS_MOST)
			put_annotation(fault, out);
	}
	for (unsigned i = 0; i < report->conclusions->len; i++)
		warnings += put_unjudged(report->conclusions->pdata[i], warnings, out);
	if (errors > ANNOTATIONS_MOST || warnings > ANNOTATIONS_MOST)
		fprintf(out, "%u faults and %u warnings in all: the summary has them\n", errors,
			warnings);
}

/* At the end of a line, and saying so. */
static void cut(GString *text)
{
	static const char more[] = "\n\nThis is not all: it would be more than a summary takes.\n";
	const char *end;

	if (text->len <= SUMMARY_MOST)
		return;
	end = g_strrstr_len(text->str, SUMMARY_MOST - (gssize)sizeof(more), "\n### ");
	g_string_truncate(text, end ? (gsize)(end - text->str) : 0);
	g_string_append(text, more);
}

static gboolean add_summary(const struct report *report, const char *path, GError **error)
{
	g_autoptr(GString) markdown = NULL;
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length), *out;
	gboolean fine;

	document_markdown(report, stream);
	fclose(stream);
	markdown = g_string_new(text);
	free(text);
	cut(markdown);
	out = fopen(path, "ae");
	fine = out && fwrite(markdown->str, 1, markdown->len, out) == markdown->len;
	fine = out && fclose(out) == 0 && fine;
	if (!fine)
		g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path,
			    g_strerror(errno));
	return fine;
}

gboolean github_tell(const struct report *report, FILE *out, GError **error)
{
	const char *summary = g_getenv("GITHUB_STEP_SUMMARY");

	put_annotations(report, out);
	return !summary || !*summary || add_summary(report, summary, error);
}
