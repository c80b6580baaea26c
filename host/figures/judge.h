/* SPDX-License-Identifier: BSD-2-Clause */
/* Which differences between runs are findings. */
#ifndef HOST_FIGURES_JUDGE_H
#define HOST_FIGURES_JUDGE_H

#include "host/figures/compare.h"

/* Fills in what follows from the values of comparisons, struct comparison, from the given one on: they are of the same runs. */
void judge_comparisons(GPtrArray *comparisons, unsigned from, const struct compare_rule *rule);

#endif
