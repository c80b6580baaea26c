/* SPDX-License-Identifier: BSD-2-Clause */
/* What 'virtproof run' leaves behind: the record that begins its log, documents, expectations. */
#ifndef HOST_COMMAND_RUN_DOCUMENTS_H
#define HOST_COMMAND_RUN_DOCUMENTS_H

#include <json-glib/json-glib.h>

#include "host/command/run_options.h"
#include "host/session/launch.h"
#include "host/verdict/conclusion.h"

/* The record that begins the job: what this run is of. argv is its command line. The caller owns it. */
JsonObject *run_job_record(const struct run_options *options, const struct launch *launch,
			   const char *version, char *const *argv);

/*
 * Shows the expectations that the run would need, or writes them to the file that was named. What is
 * wrong is said on standard error.
 */
void run_propose(const struct run_options *options, const struct conclusion *conclusion);

/* Writes the documents that were asked for. FALSE when one cannot be written, which has been said. */
gboolean run_write_documents(const struct run_options *options, struct conclusion *conclusion);

#endif
