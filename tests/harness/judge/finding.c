/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/finding.h"

#include "lib/string.h"

void findings_clear(struct findings *findings)
{
	findings->count = 0;
}

static struct finding *same(struct findings *findings, enum finding_kind kind,
			    enum clause_id clause)
{
	for (unsigned n = 0; n < findings->count && clause != NO_CLAUSE; n++) {
		if (findings->list[n].kind == kind && findings->list[n].clause == clause)
			return &findings->list[n];
	}
	return NULL;
}

void findings_add(struct findings *findings, enum finding_kind kind, enum clause_id clause,
		  const char *format, va_list arguments)
{
	struct finding *finding = same(findings, kind, clause);

	if (finding) {
		finding->count++;
		return;
	}
	if (findings->count < FINDINGS_MOST) {
		finding = &findings->list[findings->count++];
		*finding = (struct finding){.kind = kind, .clause = clause, .count = 1};
		format_text_list(finding->words, sizeof(finding->words), format, arguments);
		return;
	}
	finding = &findings->list[FINDINGS_MOST - 1];
	*finding = (struct finding){.kind = FINDING_SUITE, .clause = NO_CLAUSE, .count = 1};
	copy_string(finding->words, sizeof(finding->words), "more findings than a test may make");
}

unsigned findings_times(struct findings *findings, enum clause_id clause)
{
	const struct finding *finding = same(findings, FINDING_BROKEN, clause);

	return finding ? finding->count : 0;
}

void findings_withdraw(struct findings *findings, enum clause_id clause)
{
	struct finding *finding = same(findings, FINDING_BROKEN, clause);

	if (!finding)
		return;
	findings->count--;
	for (; finding < findings->list + findings->count; finding++)
		finding[0] = finding[1];
}
