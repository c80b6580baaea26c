/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/system/spelling.h"

#include <string.h>

/* Longer words are not looked at. */
#define WORD_MOST 64

/*
 * How many letters have to be put in, taken out, replaced or exchanged with the next to make one word of the other
 * (Damerau and Levenshtein, no letter touched twice).
 */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MOST + 1];
	gsize length = strlen(b);
	unsigned i;

	for (unsigned j = 0; j <= length; j++)
		rows[0][j] = j;
	for (i = 1; a[i - 1]; i++) {
		const unsigned *before = rows[(i - 1) % 3], *long_before = rows[(i + 1) % 3];
		unsigned *row = rows[i % 3];

		row[0] = i;
		for (unsigned j = 1; j <= length; j++) {
			row[j] = MIN(before[j - 1] + (a[i - 1] != b[j - 1]),
				     MIN(before[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = MIN(row[j], long_before[j - 2] + 1);
		}
	}
	return rows[(i - 1) % 3][length];
}

const char *spelling_nearest(const char *word, const char *const *known)
{
	const char *nearest = NULL;
	gsize length = strlen(word);
	/* A third of the letters may be wrong. */
	unsigned least = (unsigned)length / 3 + 1;

	for (; length <= WORD_MOST && *known; known++) {
		unsigned apart = strlen(*known) <= WORD_MOST ? distance(word, *known) : WORD_MOST;

		if (apart < least || (length >= 3 && !nearest && g_str_has_prefix(*known, word))) {
			nearest = *known;
			least = MIN(least, apart);
		}
	}
	return nearest;
}
