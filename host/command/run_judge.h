/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of the image, from the version of the VMM to the exit status. */
#ifndef HOST_COMMAND_RUN_JUDGE_H
#define HOST_COMMAND_RUN_JUDGE_H

#include "host/command/run_options.h"
#include "host/record/catalogue.h"
#include "host/session/session.h"

/*
 * Runs the session, whose job, expectations, log and transcript it brings along, tells what came of it, and writes what
 * the options ask for. catalogue is that of the image, or NULL; argv the program's own words. Returns the exit status.
 */
int run_judge(struct session *session, const struct run_options *options,
	      const struct catalogue *catalogue, char *const *argv);

#endif
