/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/system/shell.h"

#include <string.h>

char *shell_word(const char *text)
{
	gboolean plain =
		*text != '\0' && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					      "0123456789_-+=,./:@%") == strlen(text);

	return plain ? g_strdup(text) : g_shell_quote(text);
}

char *shell_line(char *const *words)
{
	GString *line = g_string_new(NULL);

	for (; *words; words++) {
		g_autofree char *word = shell_word(*words);

		g_string_append_printf(line, "%s%s", line->len ? " " : "", word);
	}
	return g_string_free(line, FALSE);
}
