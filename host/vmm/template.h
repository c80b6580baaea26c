/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Templates of descriptors: {name} stands for a value. A brace that does not enclose a name
 * ([a-z][a-z0-9_-]*) is itself, so JSON needs no escape.
 */
#ifndef HOST_VMM_TEMPLATE_H
#define HOST_VMM_TEMPLATE_H

#include <glib.h>

/* What names stand for; the inner scopes hide the outer ones. */
struct scope {
	const struct scope *outer;
	GHashTable *texts; /* name to text, itself a template; NULL for none */
	GHashTable *words; /* name to GPtrArray of ready words; NULL for none */
};

/*
 * The template with every {name} replaced. A name of words stands for them joined by `separator`.
 * NULL with error set when a name is unknown or stands for itself. The caller owns the result.
 */
char *template_text(const char *template, const struct scope *scope, const char *separator,
		    GError **error);

/*
 * The template cut into words as a shell does, each expanded; a word that is {name} alone, of a
 * name of words, becomes those words, maybe none, and a {name} alone that is empty text vanishes.
 * Appends to words. FALSE with error set as template_text(), or when a quote is not closed.
 */
gboolean template_words(const char *template, const struct scope *scope, GPtrArray *words,
			GError **error);

#endif
