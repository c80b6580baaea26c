/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/outcome.h"

static enum verdict verdict_of_level(enum clause_level level)
{
	switch (level) {
	case LEVEL_MUST:
	case LEVEL_MUST_NOT:
		return VERDICT_FAIL;
	case LEVEL_SHOULD:
	case LEVEL_SHOULD_NOT:
		return VERDICT_WARN;
	case LEVEL_MAY:
		break;
	}
	return VERDICT_PASS;
}

enum verdict finding_verdict(const struct finding *finding)
{
	switch (finding->kind) {
	case FINDING_BROKEN:
		return verdict_of_level(clauses[finding->clause].level);
	case FINDING_NOT_JUDGED:
		return VERDICT_SKIP;
	case FINDING_SUITE:
		break;
	}
	return VERDICT_ERROR;
}

struct outcome outcome_of(const struct findings *findings)
{
	struct outcome outcome = {.verdict = VERDICT_PASS};

	for (unsigned n = 0; n < findings->count; n++) {
		const struct finding *finding = &findings->list[n];
		enum verdict verdict = finding_verdict(finding);

		if (outcome.because && verdict <= outcome.verdict)
			continue;
		outcome = (struct outcome){verdict, finding};
	}
	return outcome;
}

void outcome_reason(const struct outcome *outcome, char *reason, size_t size)
{
	const struct finding *because = outcome->because;
	bool broken = because && because->kind == FINDING_BROKEN;

	format_text(reason, size, "%s%s%s", broken ? clause_name(&clauses[because->clause]) : "",
		    broken ? ": " : "", because ? because->words : "");
}

const char *outcome_because(const struct outcome *outcome)
{
	static const char *const names[] = {
		[FINDING_BROKEN] = "check",
		[FINDING_NOT_JUDGED] = "not judged",
		[FINDING_SUITE] = "suite",
	};

	return outcome->because ? names[outcome->because->kind] : "";
}
