/* SPDX-License-Identifier: BSD-2-Clause */
/* What people read of a run of saboteurs. */
#include "tests/harness/report/report.h"

PHRASE(text, sabotage)
{
	const char *missed = record_text(record, "missed"),
		   *skipped = record_text(record, "skipped");
	bool detected = record_truth(record, "detected");

	print("%-8s %s: %s%s%s%s%s%s\n",
	      *skipped   ? "skipped"
	      : detected ? "detected"
			 : "MISSED",
	      record_text(record, "name"), record_text(record, "about"),
	      detected && record_truth(record, "by_timeout") ? " (a wait ran out)" : "",
	      *missed ? "; unbroken: " : "", missed, *skipped ? "; " : "", skipped);
}

PHRASE(text, suspect)
{
	print("suspect  %s: judged, but no saboteur names it and none made it fail\n",
	      record_text(record, "clause"));
}

PHRASE(text, sabotage_summary)
{
	uint64_t suspects = record_number(record, "suspects"),
		 judged = record_number(record, "judged");

	print("suspects: %lu of %lu clauses that are judged (%lu %%)\n", suspects, judged,
	      100 * suspects / MAXIMUM(judged, 1ul));
	print("sabotage: %lu of %lu detected, %lu of them because a wait ran out, %lu skipped\n",
	      record_number(record, "detected"), record_number(record, "tried"),
	      record_number(record, "by_timeout"), record_number(record, "skipped"));
}

PHRASE(tap, sabotage)
{
	static unsigned number;
	const char *missed = record_text(record, "missed"),
		   *skipped = record_text(record, "skipped");

	print("%s %u - sabotage %s", record_truth(record, "detected") ? "ok" : "not ok", ++number,
	      record_text(record, "name"));
	if (*skipped)
		print(" # SKIP %s", skipped);
	print("\n");
	if (*missed && !*skipped)
		print("# missed: %s\n", missed);
}

PHRASE(tap, suspect)
{
	print("# suspect: %s\n", record_text(record, "clause"));
}

PHRASE(tap, sabotage_summary)
{
	uint64_t tried = record_number(record, "tried");

	print("1..%lu\n# sabotage: %lu of %lu detected\n", tried + record_number(record, "skipped"),
	      record_number(record, "detected"), tried);
}
