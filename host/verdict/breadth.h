/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries that say more than what was seen: a glob over devices or variants hides the next fault of another
 * device, too.
 */
#ifndef HOST_VERDICT_BREADTH_H
#define HOST_VERDICT_BREADTH_H

#include "host/verdict/expectations.h"

/*
 * A test of a job that went well where the entry says that it, or its clause, goes wrong always, as it did
 * in the same test elsewhere; NULL when there is none. The job's tests are marked.
 */
const struct test_result *entry_is_too_broad(const struct expectation *entry,
					     const struct job *job);

#endif
