/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/unjudged.h"

#include "host/record/depth.h"
#include "host/verdict/coverage.h"

static gboolean is_of_everything(const struct job *job)
{
	return job->summary && job_is_whole(job);
}

static char *describe(const struct device *device, const struct depth *depth)
{
	g_autoptr(GString) words = g_string_new(NULL);

	g_string_printf(words, "behaviour of %s (%s): ", device->bdf, device->name);
	if (device->workload == WORKLOAD_NONE)
		g_string_append_printf(words, "no workload for %s, and ", device->name);
	if (!depth->own)
		g_string_append(words, "no test of the type");
	else
		g_string_append_printf(
			words,
			"none of %u test%s of the type came to a verdict, the first because: %s",
			depth->own, depth->own == 1 ? "" : "s", depth->why);
	if (device->workload == WORKLOAD_NONE)
		g_string_append(words, "; nor were its rings and interrupts");
	else if (device->workload == WORKLOAD_DESCRIBED && depth->rings)
		g_string_append(
			words,
			"; its rings and interrupts were judged, by requests that were described");
	return g_strdup(words->str);
}

GPtrArray *unjudged_behaviour(const struct job *job)
{
	GPtrArray *sentences = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; is_of_everything(job) && i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];
		struct depth depth = depth_of(job, device);

		if (!depth.behaviour && (depth.transport || depth.rings))
			g_ptr_array_add(sentences, describe(device, &depth));
	}
	return sentences;
}

gboolean unjudged_but_transport(const struct job *job, const struct expectations *expectations)
{
	gboolean any = FALSE;

	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];
		struct depth depth = depth_of(job, device);

		if (depth.rings || depth.behaviour)
			return FALSE;
		any = any || (depth.transport && !coverage_is_agreed(job, device, expectations));
	}
	return any && !job->measures->len && is_of_everything(job);
}
