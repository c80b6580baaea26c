/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether other expectations than those that were used would explain what was unexpected. */
#ifndef HOST_VERDICT_NEAREST_H
#define HOST_VERDICT_NEAREST_H

#include "host/verdict/conclusion.h"

/*
 * A sentence on the file of the folders (NULL behind the last) that explains most of what was unexpected in the job;
 * NULL when none explains half of it. The caller owns it.
 */
char *nearest_expectations(const struct conclusion *conclusion, char *const *folders);

#endif
