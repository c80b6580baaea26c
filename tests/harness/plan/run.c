/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/plan/run.h"

#include "arch/clock.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/plan/plan.h"
#include "tests/harness/report/report.h"

static void report_clause(enum clause_id id, enum clause_verdict verdict, const char *why)
{
	static const char *const names[] = {
		[CLAUSE_HOLDS] = "holds",
		[CLAUSE_VIOLATED] = "violated",
		[CLAUSE_UNJUDGED] = "unjudged",
		[CLAUSE_UNCOVERED] = "unjudged",
	};
	const struct clause *clause = &clauses[id];
	const struct clause_state *state = clause_state(id);

	REPORT("clause", TEXT("id", clause_name(clause)),
	       TEXT("level", clause_level_name(clause->level)), TEXT("verdict", names[verdict]),
	       NUMBER("checks", state->held + state->violated), TEXT("why", why),
	       TEXT("statement", clause_statement(clause), FOR_PEOPLE),
	       NUMBER("violated", state->violated, FOR_PEOPLE));
}

static void sum_up_clauses(struct totals *totals)
{
	for (unsigned n = 0; n < CLAUSE_COUNT; n++) {
		const char *why;
		enum clause_verdict verdict = clause_verdict(n, &why);

		switch (verdict) {
		case CLAUSE_HOLDS:
			totals->holds++;
			break;
		case CLAUSE_VIOLATED:
			totals->violated++;
			break;
		case CLAUSE_UNJUDGED:
			totals->unjudged++;
			break;
		case CLAUSE_UNCOVERED:
			totals->unjudged++;
			totals->uncovered++;
			break;
		case CLAUSE_NOT_APPLICABLE:
			continue;
		}
		report_clause(n, verdict, why);
	}
}

enum verdict run_and_sum_up(uint64_t start)
{
	static struct totals totals;

	run_plan(&totals);
	totals.milliseconds = clock_to_ns(clock_now() - start) / 1000000;
	sum_up_clauses(&totals);
	report_summary(&totals);
	return worst_of(&totals);
}

MODE(judge, .tests = {__start_registry_tests, __stop_registry_tests}, .run = run_and_sum_up);
