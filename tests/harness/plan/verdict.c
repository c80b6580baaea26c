/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/plan/verdict.h"

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_PASS] = "pass", [VERDICT_SKIP] = "skip",   [VERDICT_WARN] = "warn",
		[VERDICT_FAIL] = "fail", [VERDICT_ERROR] = "error",
	};

	return names[verdict];
}
