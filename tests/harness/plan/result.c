/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/plan/result.h"

#include "tests/harness/report/report.h"

void test_full_name(const struct test *test, char name[TEST_NAME_SIZE])
{
	format_text(name, TEST_NAME_SIZE, "%s.%s", test->suite, test->name);
}

enum verdict worst_of(const struct totals *totals)
{
	enum verdict worst = VERDICT_PASS;

	for (unsigned n = 0; n < VERDICTS; n++) {
		if (totals->verdicts[n] && n != VERDICT_SKIP)
			worst = n;
	}
	return worst;
}

void report_summary(const struct totals *totals)
{
	const unsigned *verdicts = totals->verdicts;

	REPORT("summary", NUMBER("pass", verdicts[VERDICT_PASS]),
	       NUMBER("skip", verdicts[VERDICT_SKIP]), NUMBER("warn", verdicts[VERDICT_WARN]),
	       NUMBER("fail", verdicts[VERDICT_FAIL]), NUMBER("error", verdicts[VERDICT_ERROR]),
	       NESTED("clauses", NUMBER("holds", totals->holds),
		      NUMBER("violated", totals->violated), NUMBER("unjudged", totals->unjudged),
		      NUMBER("uncovered", totals->uncovered)),
	       TEXT("worst", verdict_name(worst_of(totals))), NUMBER("ms", totals->milliseconds));
}
