/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report.h"

#include <errno.h>
#include <string.h>

#include <gio/gio.h>

#include "host/system/paths.h"

static const struct report_format formats[] = {
	{"tap", ".tap", report_tap},    {"junit", ".xml", report_junit},
	{"json", ".json", report_json}, {"markdown", ".md", report_markdown},
	{"html", ".html", report_html},
};

const struct report_format *report_format_named(const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	}
	return NULL;
}

const struct report_format *report_format_of(const char *path)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (g_str_has_suffix(path, formats[i].suffix))
			return &formats[i];
	}
	return NULL;
}

gboolean reports_are_possible(char *const *paths, GError **error)
{
	for (; paths && *paths; paths++) {
		if (!report_format_of(*paths)) {
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
				    "%s: the name does not tell the format of the report", *paths);
			return FALSE;
		}
		if (!paths_make_folder_of(*paths, error))
			return FALSE;
	}
	return TRUE;
}

static void outcome_free(void *data)
{
	outcome_clear(data);
	g_free(data);
}

static gboolean add_job(struct report *report, const struct job *job, const char *choice,
			GError **error)
{
	struct expectations *expectations =
		expectations_choose(choice, job->vmm, job->version, error);

	if (!expectations)
		return FALSE;
	for (unsigned i = 0; i < job->tests->len; i++)
		expectations_mark(expectations, job->tests->pdata[i]);

	struct outcome *outcome = g_new0(struct outcome, 1);

	outcome_judge(expectations, job, report->strict, outcome);
	g_ptr_array_add(report->expectations, expectations);
	g_ptr_array_add(report->outcomes, outcome);
	return TRUE;
}

struct report *report_new(GPtrArray *jobs, const char *choice, gboolean strict, GError **error)
{
	struct report *report = g_new0(struct report, 1);

	report->jobs = jobs;
	report->strict = strict;
	report->expectations = g_ptr_array_new_with_free_func((GDestroyNotify)expectations_free);
	report->outcomes = g_ptr_array_new_with_free_func(outcome_free);
	for (unsigned i = 0; i < jobs->len; i++) {
		if (!add_job(report, jobs->pdata[i], choice, error)) {
			report_free(report);
			return NULL;
		}
	}
	return report;
}

void report_free(struct report *report)
{
	g_ptr_array_unref(report->outcomes);
	g_ptr_array_unref(report->expectations);
	g_free(report);
}

gboolean report_write(const struct report *report, const struct report_format *format,
		      const char *path, GError **error)
{
	gboolean is_output = strcmp(path, "-") == 0;
	FILE *out = is_output ? stdout : fopen(path, "w");

	if (out) {
		format->write(report, out);
		if (!ferror(out) && (is_output ? fflush(out) : fclose(out)) == 0)
			return TRUE;
	}
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path,
		    g_strerror(errno));
	return FALSE;
}

gboolean reports_write_jobs(GPtrArray *jobs, char *const *paths, const char *choice,
			    gboolean strict, GError **error)
{
	struct report *report = report_new(jobs, choice, strict, error);
	gboolean fine = report != NULL;

	for (; fine && *paths; paths++) {
		fine = report_write(report, report_format_of(*paths), *paths, error);
	}
	if (report)
		report_free(report);
	return fine;
}

gboolean reports_write(char *const *records, char *const *paths, const char *choice,
		       gboolean strict, GError **error)
{
	g_autoptr(GPtrArray) jobs = jobs_load_all(records, error);

	return jobs && reports_write_jobs(jobs, paths, choice, strict, error);
}
