/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest's question while it is answered: the descriptor's group, and the names that its templates may use. */
#ifndef HOST_SESSION_QUESTION_H
#define HOST_SESSION_QUESTION_H

#include <json-glib/json-glib.h>

#include "host/record/job.h"
#include "host/session/actions.h"
#include "host/session/boot.h"
#include "host/session/control.h"
#include "host/session/launch.h"

/* The helper of one boot: verbs.h. */
struct verbs {
	struct launch *launch;
	const struct job *job;
	struct control *control;
	gboolean control_failed; /* one failure a process is enough */
	struct far_ends *ends;
	struct boot *boot; /* whose guest has asked last; NULL: none yet */
};

/* One question. */
struct question {
	struct verbs *verbs;
	struct boot *boot;
	const char *group; /* of the descriptor: "verb resize" */
	GHashTable *words; /* the arguments and the result of commands: no templates */
	struct scope scope;
	const struct launch_device *device; /* NULL: none is meant */
	JsonObject *arguments;
};

/* The connection to the VMM that runs, opened when it is first asked for. NULL with error set when there is none. */
struct control *verbs_control(struct verbs *verbs, GError **error);

/* A key of the verb's group, expanded; NULL when there is none, or with error set, which must not be NULL. The caller owns it. */
char *question_text(const struct question *question, const char *key, GError **error);

/* Text from outside stands for itself: as a word it is not expanded again. Takes both over; does nothing without a text. */
void question_set(struct question *question, char *name, char *text);

/* A scalar as text, anything else as JSON. The caller owns it. */
char *node_text(JsonNode *node);

#endif
