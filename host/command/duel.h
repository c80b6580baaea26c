/* SPDX-License-Identifier: BSD-2-Clause */
/* Two VMMs measured in turns, until it is known whether one of them is worse. */
#ifndef HOST_COMMAND_DUEL_H
#define HOST_COMMAND_DUEL_H

#include "host/figures/compare.h"

/* What is to be run. Nothing is owned. */
struct duel_request {
	char *const *
		sides; /* A and B: a VMM that 'virtproof list' shows, a descriptor or a program; options of 'virtproof run' may follow */
	char *const *words; /* options of 'virtproof run' for both; or NULL */
	const char *logs;   /* a folder that keeps the records; or NULL */
	double relative;    /* as in struct compare_rule */
	gboolean disturbed_too;
	unsigned seconds; /* no run is begun after that */
};

/*
 * Measures A against A first: what differs there is not judged. Then A and B in turns: a few rounds, and more as long as
 * something is suspected and the time allows. A run that calls itself disturbed is repeated, twice at most. Tells on
 * standard output what it does. NULL with error set when a run fails or the user wants to end; the caller owns it.
 */
struct compare *duel(const struct duel_request *request, GError **error);

#endif
