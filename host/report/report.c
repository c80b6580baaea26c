/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report.h"

#include "host/record/load.h"

static gboolean add_job(struct report *report, const struct job *job, const char *choice,
			gboolean strict, GError **error)
{
	g_autofree char *told = choice ? g_strdup(choice) : expectations_named(job->expect);
	struct expectations *expectations =
		expectations_choose(told, job->vmm, job->version, error);

	if (!expectations)
		return FALSE;
	for (unsigned i = 0; i < job->tests->len; i++)
		expectations_mark(expectations, job->tests->pdata[i]);
	g_ptr_array_add(report->expectations, expectations);
	g_ptr_array_add(report->conclusions, conclude(job, expectations, NULL, strict));
	return TRUE;
}

static struct report *report_allocate(GDestroyNotify free_conclusion)
{
	struct report *report = g_new0(struct report, 1);

	report->conclusions = g_ptr_array_new_with_free_func(free_conclusion);
	report->expectations = g_ptr_array_new_with_free_func((GDestroyNotify)expectations_free);
	return report;
}

struct report *report_load(char *const *records, const char *choice, gboolean strict,
			   GError **error)
{
	GPtrArray *jobs = jobs_load_all(records, error);
	struct report *report;

	if (!jobs)
		return NULL;
	report = report_allocate((GDestroyNotify)conclusion_free);
	report->jobs = jobs;
	for (unsigned i = 0; i < jobs->len; i++) {
		if (!add_job(report, jobs->pdata[i], choice, strict, error)) {
			report_free(report);
			return NULL;
		}
	}
	return report;
}

struct report *report_of(struct conclusion *conclusion)
{
	struct report *report = report_allocate(NULL);

	g_ptr_array_add(report->conclusions, conclusion);
	return report;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	g_ptr_array_unref(report->conclusions);
	g_ptr_array_unref(report->expectations);
	g_clear_pointer(&report->jobs, g_ptr_array_unref);
	g_free(report);
}
