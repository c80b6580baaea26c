/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vmm/version.h"

#include "host/system/environment.h"
#include "host/system/process.h"

/* No VMM needs that long to say who it is. */
#define ANSWER_SECONDS 10

char *vmm_answer(const struct descriptor *descriptor, const char *key, const struct scope *scope,
		 GCancellable *cancel, GError **error)
{
	g_autofree char *template = descriptor_text(descriptor, "vmm", key, NULL);
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) additions = descriptor_list(descriptor, "vmm", "environment");
	g_auto(GStrv) environment = environment_clean(additions);
	struct process_order order = {.environment = environment};
	GError *problem = NULL;
	gboolean fine;
	char *said;

	if (!template || !template_words(template, scope, words, NULL))
		return g_strdup("");
	g_ptr_array_add(words, NULL);
	order.command = (char **)words->pdata;
	said = process_hear_out(&order, ANSWER_SECONDS, &fine, cancel, &problem);
	if (!said && !g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) &&
	    !g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		g_clear_error(&problem);
		return g_strdup("");
	}
	if (problem)
		g_propagate_prefixed_error(error, problem, "the VMM does not tell its %s: ", key);
	return said;
}

char *vmm_version(const struct descriptor *descriptor, const struct scope *scope,
		  GCancellable *cancel, GError **error)
{
	g_autofree char *pattern =
		descriptor_text(descriptor, "vmm", "version-pattern", "([0-9][0-9.]*)");
	g_autofree char *output = vmm_answer(descriptor, "version", scope, cancel, error);
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	if (!output)
		return NULL;
	if (!regex || !g_regex_match(regex, output, 0, &match))
		return g_strdup("");
	return g_match_info_fetch(match, 1);
}
