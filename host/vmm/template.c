/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vmm/template.h"

#include <string.h>

#include <gio/gio.h>

/* Values are templates themselves; a name that stands for itself ends here. */
#define DEPTH_LIMIT 8

/* What a name stands for: one of both, or neither when it is unknown. The inner scope hides. */
struct meaning {
	const char *text;
	const GPtrArray *words;
};

static struct meaning find(const struct scope *scope, const char *name)
{
	struct meaning meaning = {NULL, NULL};

	for (; scope && !meaning.text && !meaning.words; scope = scope->outer) {
		meaning.text = scope->texts ? g_hash_table_lookup(scope->texts, name) : NULL;
		meaning.words = scope->words ? g_hash_table_lookup(scope->words, name) : NULL;
	}
	return meaning;
}

/* The length of the {name} that text begins with, braces included; 0 when it begins with none. */
static gsize placeholder_length(const char *text)
{
	gsize length = 1;

	if (text[0] != '{' || !g_ascii_islower(text[1]))
		return 0;
	while (g_ascii_islower(text[length]) || g_ascii_isdigit(text[length]) ||
	       text[length] == '-' || text[length] == '_')
		length++;
	return text[length] == '}' ? length + 1 : 0;
}

static gboolean expand(GString *result, const char *template, const struct scope *scope,
		       const char *separator, unsigned depth, GError **error);

static gboolean expand_name(GString *result, const char *name, const struct scope *scope,
			    const char *separator, unsigned depth, GError **error)
{
	struct meaning meaning = find(scope, name);
	const GPtrArray *words = meaning.words;

	if (meaning.text)
		return expand(result, meaning.text, scope, separator, depth + 1, error);
	if (!words) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "{%s} stands for nothing known", name);
		return FALSE;
	}
	for (unsigned i = 0; i < words->len; i++)
		g_string_append_printf(result, "%s%s", i ? separator : "",
				       (const char *)words->pdata[i]);
	return TRUE;
}

static gboolean expand(GString *result, const char *template, const struct scope *scope,
		       const char *separator, unsigned depth, GError **error)
{
	if (depth > DEPTH_LIMIT) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "'%s' stands for itself",
			    template);
		return FALSE;
	}
	while (*template) {
		gsize length = placeholder_length(template);

		if (length == 0) {
			g_string_append_c(result, *template ++);
			continue;
		}

		g_autofree char *name = g_strndup(template + 1, length - 2);

		if (!expand_name(result, name, scope, separator, depth, error))
			return FALSE;
		template += length;
	}
	return TRUE;
}

char *template_text(const char *template, const struct scope *scope, const char *separator,
		    GError **error)
{
	GString *result = g_string_new(NULL);
	gboolean fine = expand(result, template, scope, separator, 0, error);

	return g_string_free(result, !fine);
}

static gboolean add_word(const char *word, const struct scope *scope, GPtrArray *words,
			 GError **error)
{
	gboolean alone = *word && placeholder_length(word) == strlen(word);

	if (alone) {
		g_autofree char *name = g_strndup(word + 1, strlen(word) - 2);
		const GPtrArray *found = find(scope, name).words;

		for (unsigned i = 0; found && i < found->len; i++)
			g_ptr_array_add(words, g_strdup(found->pdata[i]));
		if (found)
			return TRUE;
	}

	char *expanded = template_text(word, scope, " ", error);

	if (!expanded)
		return FALSE;
	if (alone && *expanded == '\0')
		g_free(expanded);
	else
		g_ptr_array_add(words, expanded);
	return TRUE;
}

gboolean template_words(const char *template, const struct scope *scope, GPtrArray *words,
			GError **error)
{
	g_auto(GStrv) cut = NULL;
	GError *problem = NULL;

	if (!g_shell_parse_argv(template, NULL, &cut, &problem)) {
		if (g_error_matches(problem, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING)) {
			g_clear_error(&problem);
			return TRUE;
		}
		g_propagate_error(error, problem);
		return FALSE;
	}
	for (char **word = cut; *word; word++) {
		if (!add_word(*word, scope, words, error))
			return FALSE;
	}
	return TRUE;
}
