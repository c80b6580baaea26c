/* SPDX-License-Identifier: BSD-2-Clause */
/* The names that templates of a job may use: texts, and words that stand for themselves. */
#ifndef HOST_SESSION_NAMES_H
#define HOST_SESSION_NAMES_H

#include "host/session/parts.h"

/* Makes {name} that text, among these. */
void launch_set_text(GHashTable *texts, const char *name, const char *value);

/* Makes {name} these words, for the whole job, which owns them then. */
void launch_set_words(struct launch *launch, const char *name, GPtrArray *words);

/* The words of {name}, of which there are none at first; the launch owns them. */
GPtrArray *launch_words(struct launch *launch, const char *name);

/* Makes every key of a descriptor's group a name, among these texts. */
void launch_add_group(const struct descriptor *descriptor, const char *group, GHashTable *texts);

#endif
