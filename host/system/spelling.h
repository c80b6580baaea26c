/* SPDX-License-Identifier: BSD-2-Clause */
/* What somebody meant who wrote a word that is not known. */
#ifndef HOST_SYSTEM_SPELLING_H
#define HOST_SYSTEM_SPELLING_H

#include <glib.h>

/* The known word (NULL behind the last) that is most like it; NULL when none is like enough. It belongs to known. */
const char *spelling_nearest(const char *word, const char *const *known);

#endif
