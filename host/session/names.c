/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/names.h"

void launch_set_text(GHashTable *texts, const char *name, const char *value)
{
	g_hash_table_insert(texts, g_strdup(name), g_strdup(value));
}

void launch_set_words(struct launch *launch, const char *name, GPtrArray *words)
{
	g_hash_table_insert(launch->base.words, g_strdup(name), words);
}

GPtrArray *launch_words(struct launch *launch, const char *name)
{
	GPtrArray *words = g_hash_table_lookup(launch->base.words, name);

	if (!words) {
		words = g_ptr_array_new_with_free_func(g_free);
		launch_set_words(launch, name, words);
	}
	return words;
}

/* Every key of a group becomes a name for templates. */
void launch_add_group(const struct descriptor *descriptor, const char *group, GHashTable *texts)
{
	g_auto(GStrv) keys = g_key_file_get_keys(descriptor->file, group, NULL, NULL);

	for (char **key = keys; key && *key; key++) {
		g_autofree char *value = descriptor_text(descriptor, group, *key, "");

		launch_set_text(texts, *key, value);
	}
}
