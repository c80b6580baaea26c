/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/unknown.h"

static void add_sentence(GPtrArray *sentences, const struct expectations *expectations,
			 const struct catalogue *catalogue, const char *kind, const char *glob)
{
	g_autofree char *nearest = catalogue_nearest(catalogue, glob);

	g_ptr_array_add(sentences,
			g_strdup_printf("%s: there is no %s '%s'%s%s%s", expectations->path, kind,
					glob, nearest ? "; did you mean '" : "",
					nearest ? nearest : "", nearest ? "'?" : ""));
}

GPtrArray *unknown_names(const struct expectations *expectations, const struct catalogue *catalogue)
{
	GPtrArray *sentences = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < expectations->entries->len; i++) {
		const struct expectation *entry = expectations->entries->pdata[i];

		if (entry->clause && !catalogue_has_clause(catalogue, entry->clause))
			add_sentence(sentences, expectations, catalogue, "clause", entry->clause);
		if (!catalogue_has_test(catalogue, entry->test))
			add_sentence(sentences, expectations, catalogue, "test", entry->test);
	}
	for (unsigned i = 0; i < expectations->omissions->len; i++) {
		const struct omission *omission = expectations->omissions->pdata[i];

		if (!catalogue_has_test(catalogue, omission->test))
			add_sentence(sentences, expectations, catalogue, "test", omission->test);
	}
	return sentences;
}
