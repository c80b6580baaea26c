/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_COMPARE_REFUSE_H
#define HOST_COMPARE_REFUSE_H

#include "host/compare.h"

/* Notes that something is not compared, and why. Takes both texts over. */
void compare_refuse(struct compare *compare, char *what, char *why);

#endif
