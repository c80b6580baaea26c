/* SPDX-License-Identifier: BSD-2-Clause */
/* Distributions as people see them on a terminal. */
#ifndef HOST_REPORT_DISTRIBUTION_H
#define HOST_REPORT_DISTRIBUTION_H

#include "host/record/measure.h"

/*
 * A distribution in twelve characters, from its least sample to its largest on a logarithmic scale, each as high as the
 * part that it stands for has samples; "" of a single figure. Plain ones where the terminal is not one of UTF-8. The
 * caller owns it.
 */
char *distribution_spark(const struct measure *measure, gboolean utf8);

/*
 * The same as lines, one for each power of two, whose bars are as long as its share of the fullest; "" of a single
 * figure. The caller owns it.
 */
char *distribution_bars(const struct measure *measure, const char *indent);

/*
 * A figure in one line without an end: its number of samples, mean and standard deviation, the percentiles that so many can carry,
 * the largest; or the one value. The caller owns it.
 */
char *distribution_words(const struct measure *measure);

#endif
