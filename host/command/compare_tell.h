/* SPDX-License-Identifier: BSD-2-Clause */
/* What a comparison has found, told on standard output. */
#ifndef HOST_COMMAND_COMPARE_TELL_H
#define HOST_COMMAND_COMPARE_TELL_H

#include "host/figures/compare.h"

/* Tells of verdicts that changed. Returns how many are worse than before or, unless anyway, judged no more. */
unsigned compare_tell_changes(const struct compare *compare, gboolean anyway);

/*
 * Tells the answer, then the figures: those that were judged, and others as far as they differ, or all of them.
 * Returns how many are worse.
 */
unsigned compare_tell_figures(const struct compare *compare, gboolean all);

/* Tells what is not compared, and why. */
void compare_tell_refusals(const struct compare *compare);

#endif
