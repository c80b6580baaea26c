/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/configured.h"

#include <string.h>

#include "host/vmm/template.h"

#define GROUP "configured"

/* Of a name the last word counts; the names keep their order. */
static void add_word(GPtrArray *words, const char *word)
{
	const char *equals = strchr(word, '=');
	gsize name = equals ? (gsize)(equals - word) + 1 : 0;

	if (!name)
		return;
	for (unsigned i = 0; i < words->len; i++) {
		if (strncmp(words->pdata[i], word, name) == 0) {
			g_ptr_array_remove_index(words, i);
			break;
		}
	}
	g_ptr_array_add(words, g_strdup(word));
}

static void add_words(GPtrArray *words, const char *text)
{
	g_auto(GStrv) pieces = g_strsplit(text, " ", -1);

	for (char **piece = pieces; *piece; piece++)
		add_word(words, *piece);
}

/* A property by its value (NAME.VALUE), or with any value, which is {value} then; what nothing is said of adds nothing. */
static void add_property(GPtrArray *words, const struct descriptor *descriptor, const char *name,
			 const char *value)
{
	g_autofree char *key = g_strdup_printf("%s.%s", name, value);
	g_autofree char *exact = descriptor_text(descriptor, GROUP, key, NULL);
	g_autofree char *any = exact ? NULL : descriptor_text(descriptor, GROUP, name, NULL);
	g_auto(GStrv) parts = g_strsplit(any ? any : "", "{value}", -1);
	g_autofree char *text = g_strjoinv(value, parts);

	add_words(words, exact ? exact : text);
}

char *configured_words(const struct launch *launch, struct launch_device *device, GError **error)
{
	const char *own = g_hash_table_lookup(device->texts, "configured");
	const char *given = g_hash_table_lookup(device->texts, "properties");
	g_autofree char *text = own ? template_text(own, &device->scope, " ", error) : NULL;
	g_auto(GStrv) pairs = g_strsplit(given ? given : "", ",", -1);
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	if (own && !text)
		return NULL;
	add_words(words, text ? text : "");
	for (char **pair = pairs; *pair; pair++) {
		char *value = strchr(*pair, '=');

		if (!value)
			continue;
		*value = '\0';
		add_property(words, launch->descriptor, *pair, value + 1);
	}
	g_ptr_array_add(words, NULL);
	return g_strjoinv(" ", (char **)words->pdata);
}
