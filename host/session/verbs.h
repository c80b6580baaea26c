/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest may ask for (docs/ask.md), done as the VMM's descriptor says in its [verb …]
 * groups (docs/host.md).
 */
#ifndef HOST_SESSION_VERBS_H
#define HOST_SESSION_VERBS_H

#include <json-glib/json-glib.h>

#include "host/record/job.h"
#include "host/session/boot.h"
#include "host/session/launch.h"

/* The helper of one boot. */
struct verbs;

/*
 * Nothing is connected until it is needed. The launch has to live as long, and so has the job, which holds what the image
 * says of its devices. Never fails; the caller owns it.
 */
struct verbs *verbs_new(struct launch *launch, const struct job *job);

/* Closes all that was connected. */
void verbs_free(struct verbs *verbs);

/*
 * Does what an ask record wants and returns the line that answers it: "told N ok TEXT" or
 * "told N refused REASON". The boot's VMM may be another process then. The caller owns it.
 */
char *verbs_answer(struct verbs *verbs, struct boot *boot, JsonObject *ask);

/* The device that a guest means by that place; NULL for none that is known. */
const struct launch_device *verbs_device(const struct verbs *verbs, const char *bdf);

/* Why the guest cannot go on, where the VMM says so; NULL. The caller owns it. */
char *verbs_trouble(struct verbs *verbs);

#endif
