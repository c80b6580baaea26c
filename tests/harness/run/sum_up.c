/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/run/sum_up.h"

#include "arch/clock.h"
#include "tests/harness/judge/applies.h"
#include "tests/harness/judge/clause.h"
#include "tests/harness/judge/declared.h"
#include "tests/harness/judge/tally.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/run/plan.h"
#include "tests/harness/run/selection.h"
#include "tests/harness/subject/subject.h"
#include "tests/harness/report/report.h"

enum clause_verdict {
	CLAUSE_HOLDS,
	CLAUSE_VIOLATED,
	CLAUSE_UNJUDGED,  /* applies, but nothing judged it: see why */
	CLAUSE_UNCOVERED, /* applies, a guest could see it, and no test judges it */
	CLAUSE_NOT_APPLICABLE,
};

/* The verdict on a clause over all subjects; *why is set for CLAUSE_UNJUDGED and CLAUSE_UNCOVERED. */
static enum clause_verdict clause_verdict(enum clause_id id, const char **why)
{
	const struct clause *clause = &clauses[id];
	const struct clause_state *state = clause_state(id);
	bool bound = false, offered = false;

	*why = "";
	if (state->violated)
		return CLAUSE_VIOLATED;
	if (state->held)
		return CLAUSE_HOLDS;
	if (clause->observer == OBSERVED_BY_NONE)
		return CLAUSE_NOT_APPLICABLE;
	for_each_device (device) {
		if (offered || !clause_binds(clause, device))
			continue;
		bound = true;
		offered = clause_needs_met(clause, device);
	}
	if (!bound)
		return CLAUSE_NOT_APPLICABLE;
	if (clause->legacy)
		*why = "no legacy interface yet";
	else if (!offered)
		*why = "no device offers what it needs";
	else if (state->skipped)
		*why = state->reason;
	else if (clause_is_judged(id))
		*why = "no selected test came to judge it";
	else if (clause->observer == OBSERVED_BY_HOST)
		*why = "needs the host";
	else
		*why = "no test judges it";
	return !clause->legacy && offered && clause->observer == OBSERVED_BY_GUEST &&
			       !clause_is_judged(id)
		       ? CLAUSE_UNCOVERED
		       : CLAUSE_UNJUDGED;
}

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
	       NUMBER("checks", state->held + state->violated),
	       NUMBER("devices", tally_devices(id)), NUMBER("variants", tally_variants(id)),
	       TEXT("why", why), TEXT("statement", clause_statement(clause), FOR_PEOPLE),
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

/* Green would praise what nobody looked at. A run that goes on from a later step has judged before. */
static void note_if_nothing_was_judged(struct totals *totals)
{
	const unsigned *verdicts = totals->verdicts;
	const char *sentence = "nothing was judged: every selected test was skipped";
	bool drivable = false;

	for_each_device (device)
		drivable = drivable || (device_selected(device) && !face_of(device)->unusable);
	if (!drivable)
		sentence = "nothing was judged: no selected device can be driven";
	else if (verdicts[VERDICT_PASS] || verdicts[VERDICT_WARN] || verdicts[VERDICT_FAIL])
		return;
	if (verdicts[VERDICT_ERROR] || options.from > 1)
		return;
	report_note(sentence);
	totals->verdicts[VERDICT_ERROR]++;
}

enum verdict run_and_sum_up(uint64_t start)
{
	static struct totals totals;

	run_plan(&totals);
	note_if_nothing_was_judged(&totals);
	totals.milliseconds = clock_to_ns(clock_now() - start) / 1000000;
	sum_up_clauses(&totals);
	report_summary(&totals);
	return worst_of(&totals);
}

MODE(judge, .tests = {__start_registry_tests, __stop_registry_tests}, .run = run_and_sum_up);
