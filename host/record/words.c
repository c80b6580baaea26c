/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/words.h"

#include <string.h>

static const char *const verdicts[VERDICTS] = {
	[VERDICT_PASS] = "pass",   [VERDICT_SKIP] = "skip", [VERDICT_WARN] = "warn",
	[VERDICT_ERROR] = "error", [VERDICT_FAIL] = "fail",
};

static const char *const levels[LEVELS] = {
	[LEVEL_NONE] = "",
	[LEVEL_MUST] = "MUST",
	[LEVEL_MUST_NOT] = "MUST NOT",
	[LEVEL_SHOULD] = "SHOULD",
	[LEVEL_SHOULD_NOT] = "SHOULD NOT",
	[LEVEL_MAY] = "MAY",
};

static const char *const clause_verdicts[CLAUSE_VERDICTS] = {
	[CLAUSE_UNJUDGED] = "unjudged",
	[CLAUSE_HOLDS] = "holds",
	[CLAUSE_VIOLATED] = "violated",
};

static const char *const outcomes[OUTCOMES] = {
	[OUTCOME_NONE] = "",
	[OUTCOME_VMM_DIED] = "vmm-died",
	[OUTCOME_VMM_ENDED] = "vmm-ended",
	[OUTCOME_VMM_HUNG] = "vmm-hung",
	[OUTCOME_VMM_SPINS] = "vmm-spins",
	[OUTCOME_VMM_STOPPED] = "vmm-stopped",
	[OUTCOME_DAEMON_DIED] = "daemon-died",
	[OUTCOME_DAEMON_HUNG_UP] = "daemon-hung-up",
};

static const char *const workloads[WORKLOADS] = {
	[WORKLOAD_UNKNOWN] = "",
	[WORKLOAD_NONE] = "none",
	[WORKLOAD_OWN] = "own",
	[WORKLOAD_DESCRIBED] = "described",
};

/* Where the word stands, or `count` when it is none of them. */
static unsigned place(const char *const *words, unsigned count, const char *text)
{
	unsigned at = 0;

	while (at < count && strcmp(words[at], text) != 0)
		at++;
	return at;
}

const char *verdict_name(enum verdict verdict)
{
	return verdicts[verdict];
}

const char *level_name(enum level level)
{
	return levels[level];
}

const char *clause_verdict_name(enum clause_verdict verdict)
{
	return clause_verdicts[verdict];
}

const char *outcome_name(enum outcome outcome)
{
	return outcomes[outcome];
}

gboolean verdict_parse(const char *text, enum verdict *verdict)
{
	unsigned at = place(verdicts, VERDICTS, text);

	if (at < VERDICTS)
		*verdict = at;
	return at < VERDICTS;
}

enum level level_parse(const char *text)
{
	return place(levels, LEVELS, text) % LEVELS;
}

enum clause_verdict clause_verdict_parse(const char *text)
{
	return place(clause_verdicts, CLAUSE_VERDICTS, text) % CLAUSE_VERDICTS;
}

enum outcome outcome_parse(const char *text)
{
	return place(outcomes, OUTCOMES, text) % OUTCOMES;
}

const char *workload_name(enum workload workload)
{
	return workloads[workload];
}

enum workload workload_parse(const char *text)
{
	return place(workloads, WORKLOADS, text) % WORKLOADS;
}

enum verdict level_verdict(enum level level)
{
	return level == LEVEL_MUST || level == LEVEL_MUST_NOT ? VERDICT_FAIL : VERDICT_WARN;
}
