/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vmm/version.h"

#include <gio/gio.h>

#include "host/system/environment.h"

/* What the command prints, on either output; "" when it cannot be started. */
static char *output_of(const struct descriptor *descriptor, char *const *command)
{
	g_auto(GStrv) additions = descriptor_list(descriptor, "vmm", "environment");
	g_auto(GStrv) environment = environment_clean(additions);
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
	g_autoptr(GSubprocess) child = NULL;
	g_autoptr(GBytes) bytes = NULL;

	g_subprocess_launcher_set_environ(launcher, environment);
	child = g_subprocess_launcher_spawnv(launcher, (const char *const *)command, NULL);
	if (!child || !g_subprocess_communicate(child, NULL, NULL, &bytes, NULL, NULL))
		return g_strdup("");
	return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

char *vmm_version(const struct descriptor *descriptor, const struct scope *scope)
{
	g_autofree char *template = descriptor_text(descriptor, "vmm", "version", NULL);
	g_autofree char *pattern =
		descriptor_text(descriptor, "vmm", "version-pattern", "([0-9][0-9.]*)");
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GMatchInfo) match = NULL;

	if (!template || !template_words(template, scope, words, NULL))
		return g_strdup("");
	g_ptr_array_add(words, NULL);

	g_autofree char *output = output_of(descriptor, (char **)words->pdata);
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);

	if (!regex || !g_regex_match(regex, output, 0, &match))
		return g_strdup("");
	return g_match_info_fetch(match, 1);
}
