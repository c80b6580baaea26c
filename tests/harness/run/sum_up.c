/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/run/sum_up.h"

#include "arch/clock.h"
#include "lib/string.h"
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

#define IDS_BYTES 2048 /* of one record */

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
	if (!offered)
		*why = "no device offers what it needs";
	else if (state->skipped)
		*why = state->reason;
	else if (clause_is_judged(id))
		*why = "no selected test came to judge it";
	else if (clause->observer == OBSERVED_BY_HOST)
		*why = "needs the host";
	else
		*why = "no test judges it";
	return offered && clause->observer == OBSERVED_BY_GUEST && !clause_is_judged(id)
		       ? CLAUSE_UNCOVERED
		       : CLAUSE_UNJUDGED;
}

static void report_clause(enum clause_id id, enum clause_verdict verdict)
{
	static const char *const names[] = {
		[CLAUSE_HOLDS] = "holds",
		[CLAUSE_VIOLATED] = "violated",
	};
	const struct clause *clause = &clauses[id];
	const struct clause_state *state = clause_state(id);

	REPORT("clause", TEXT("id", clause_name(clause)),
	       TEXT("level", clause_level_name(clause->level)), TEXT("verdict", names[verdict]),
	       NUMBER("checks", state->held + state->violated),
	       NUMBER("devices", tally_devices(id)), NUMBER("variants", tally_variants(id)),
	       TEXT("statement", clause_statement(clause), FOR_PEOPLE),
	       NUMBER("violated", state->violated, FOR_PEOPLE));
}

/* Why each clause was not judged; NULL: it was, or is about no subject, or has been told. */
static const char *unjudged[CLAUSE_COUNT];

static void report_unjudged(const char *why, enum clause_level level, const char *ids)
{
	REPORT("unjudged", TEXT("why", why), TEXT("level", clause_level_name(level)),
	       TEXT("ids", ids));
}

/* Tells all that were not judged for the reason that this one was not, those of one level together. */
static void tell_like(enum clause_id first)
{
	const char *why = unjudged[first];
	enum clause_level level = clauses[first].level;
	char ids[IDS_BYTES];
	struct text text = TEXT_ON(ids);

	for (unsigned id = first; id < CLAUSE_COUNT; id++) {
		const char *name;

		if (!unjudged[id] || clauses[id].level != level || strcmp(unjudged[id], why) != 0)
			continue;
		unjudged[id] = NULL;
		name = clause_name(&clauses[id]);
		if (text.length + strlen(name) + 2 > sizeof(ids)) {
			report_unjudged(why, level, ids);
			text = TEXT_ON(ids);
		}
		text_add(&text, "%s%s", text.length ? " " : "", name);
	}
	report_unjudged(why, level, ids);
}

/* One record for each clause would take minutes on a slow console: most have few reasons in common. */
static void tell_unjudged(void)
{
	for (unsigned id = 0; id < CLAUSE_COUNT; id++) {
		if (unjudged[id])
			tell_like(id);
	}
}

static void count_clause(struct totals *totals, enum clause_verdict verdict)
{
	totals->holds += verdict == CLAUSE_HOLDS;
	totals->violated += verdict == CLAUSE_VIOLATED;
	totals->unjudged += verdict == CLAUSE_UNJUDGED || verdict == CLAUSE_UNCOVERED;
	totals->uncovered += verdict == CLAUSE_UNCOVERED;
}

static void sum_up_clauses(struct totals *totals)
{
	for (unsigned n = 0; n < CLAUSE_COUNT; n++) {
		const char *why;
		enum clause_verdict verdict = clause_verdict(n, &why);

		count_clause(totals, verdict);
		if (verdict == CLAUSE_HOLDS || verdict == CLAUSE_VIOLATED)
			report_clause(n, verdict);
		else if (verdict != CLAUSE_NOT_APPLICABLE)
			unjudged[n] = why;
	}
	tell_unjudged();
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
