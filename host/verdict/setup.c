/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/setup.h"

#include <string.h>

/* How many tests of a device there are, how many judged it, and why the first did not. */
static unsigned count_tests(const struct job *job, const char *bdf, unsigned *judged,
			    const char **why)
{
	unsigned count = 0;

	*judged = 0;
	*why = "";
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (bdf && strcmp(test->device, bdf) != 0)
			continue;
		count++;
		*judged += test_is_judged(test);
		if (!test_is_judged(test) && **why == '\0')
			*why = test->reason;
	}
	return count;
}

static void add_nothing_judged(GPtrArray *troubles, const char *what, unsigned tests,
			       const char *why)
{
	g_ptr_array_add(troubles, g_strdup_printf("%s: none of %u test%s came to a verdict%s%s",
						  what, tests, tests == 1 ? "" : "s",
						  *why ? ", the first because: " : "", why));
}

/* In a run of everything a device on which nothing was judged could not be driven. */
static void judge_devices(const struct job *job, GPtrArray *troubles)
{
	for (unsigned i = 0; job_is_whole(job) && i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];
		g_autofree char *what = g_strdup_printf("the device %s (%s) was not judged",
							device->bdf, device->name);
		unsigned judged, tests;
		const char *why;

		tests = count_tests(job, device->bdf, &judged, &why);
		if (tests && !judged)
			add_nothing_judged(troubles, what, tests, why);
	}
}

static void judge_content(const struct job *job, GPtrArray *troubles)
{
	unsigned judged, tests;
	const char *why;

	tests = count_tests(job, NULL, &judged, &why);
	if (judged || job->measures->len)
		judge_devices(job, troubles);
	else if (tests)
		add_nothing_judged(troubles, "nothing was judged", tests, why);
	else if (job->run && !job->devices->len)
		g_ptr_array_add(troubles,
				g_strdup("nothing was judged: the image found no device"));
	else if (job->run)
		g_ptr_array_add(
			troubles,
			g_strdup("nothing was judged: the image found devices and ran no test"));
	else
		g_ptr_array_add(troubles, g_strdup("nothing was judged: no record came"));
}

GPtrArray *setup_troubles(const struct job *job)
{
	GPtrArray *troubles = g_ptr_array_new_with_free_func(g_free);

	judge_content(job, troubles);
	for (unsigned i = 0; i < job->unended->len; i++)
		g_ptr_array_add(troubles, g_strdup_printf("a test began and never ended: %s",
							  (const char *)job->unended->pdata[i]));
	if (job->missing > 0)
		g_ptr_array_add(troubles,
				g_strdup_printf("%" G_GINT64_FORMAT
						" of the tests that were planned never ran",
						job->missing));
	return troubles;
}
