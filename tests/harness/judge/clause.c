/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/clause.h"

#include "generated/clauses_table.h"

static struct clause_state states[CLAUSE_COUNT];

const char *clause_level_name(enum clause_level level)
{
	static const char *const names[] = {"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"};

	return names[level];
}

struct clause_state *clause_state(enum clause_id id)
{
	return &states[id];
}
