/* SPDX-License-Identifier: BSD-2-Clause */
/* Which tests of an image the words of a user choose: --tests, --skip, --shard. */
#ifndef HOST_COMMAND_SELECTION_H
#define HOST_COMMAND_SELECTION_H

#include <glib.h>

#include "host/command/run_options.h"
#include "host/record/catalogue.h"

/*
 * Puts into options->tests and options->skip what the image understands: groups and the part of --shard as globs, the
 * group of benchmarks as a word of its own. FALSE with error set where a word names nothing that the image has, where
 * benchmarks are mixed with tests, or where options->times cannot be read. Without a catalogue (NULL) the words stay as
 * they are, and there are no parts.
 */
gboolean selection_resolve(struct run_options *options, const struct catalogue *catalogue,
			   GError **error);

/* Prints the tests that the options, resolved, choose on some device, with the clauses that they judge. */
void selection_list(const struct run_options *options, const struct catalogue *catalogue);

#endif
