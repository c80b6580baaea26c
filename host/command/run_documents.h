/* SPDX-License-Identifier: BSD-2-Clause */
/* What 'virtproof run' leaves behind: the record that begins its log, documents, expectations. */
#ifndef HOST_COMMAND_RUN_DOCUMENTS_H
#define HOST_COMMAND_RUN_DOCUMENTS_H

#include <json-glib/json-glib.h>

#include "host/command/run_options.h"
#include "host/session/launch.h"
#include "host/verdict/conclusion.h"

/*
 * The record that begins the job: what this run is of. omitted are tests that expectations leave out, "" for none; argv
 * is its command line. The caller owns it.
 */
JsonObject *run_job_record(const struct run_options *options, const struct launch *launch,
			   const char *version, const char *omitted, char *const *argv);

/* What the job is called. The caller owns it. */
char *run_job_name(const struct run_options *options, const struct launch *launch);

/*
 * Shows how the expectations would have to change for the run, and writes them to the file that was named. FALSE when
 * it cannot be written, which has been said.
 */
gboolean run_propose(const struct run_options *options, const struct conclusion *conclusion);

/* Writes the documents that were asked for. FALSE when one cannot be written, which has been said. */
gboolean run_write_documents(const struct run_options *options, struct conclusion *conclusion);

#endif
