/* SPDX-License-Identifier: BSD-2-Clause */
/* What people read of a run of eccentrics. */
#include "tests/harness/report/report.h"

PHRASE(text, accusation)
{
	print("accuses  %s: %s %s %s: %s: %s\n", record_text(record, "eccentric"),
	      record_text(record, "test"), record_text(record, "device"),
	      record_text(record, "variant"), record_text(record, "clause"),
	      record_text(record, "message"));
}

PHRASE(text, eccentric)
{
	const char *skipped = record_text(record, "skipped");

	print("%-8s %s: %s (%s: \"%s\"); ",
	      *skipped                           ? "skipped"
	      : record_number(record, "accused") ? "ACCUSED"
						 : "conforms",
	      record_text(record, "name"), record_text(record, "about"),
	      record_text(record, "section"), record_text(record, "sentence"));
	if (*skipped)
		print("%s\n", skipped);
	else
		print("%lu of %lu tests judged it in %lu ms\n", record_number(record, "judged"),
		      record_number(record, "steps"), record_number(record, "ms"));
}

PHRASE(text, eccentric_summary)
{
	print("eccentrics: %lu of %lu accused, %lu skipped\n", record_number(record, "accused"),
	      record_number(record, "tried"), record_number(record, "skipped"));
}

PHRASE(tap, accusation)
{
	print("# %s accused by %s: %s\n", record_text(record, "eccentric"),
	      record_text(record, "test"), record_text(record, "clause"));
}

PHRASE(tap, eccentric)
{
	static unsigned number;
	const char *skipped = record_text(record, "skipped");

	print("%s %u - eccentric %s", record_number(record, "accused") ? "not ok" : "ok", ++number,
	      record_text(record, "name"));
	if (*skipped)
		print(" # SKIP %s", skipped);
	print("\n");
}

PHRASE(tap, eccentric_summary)
{
	uint64_t tried = record_number(record, "tried");

	print("1..%lu\n# eccentrics: %lu of %lu accused\n",
	      tried + record_number(record, "skipped"), record_number(record, "accused"), tried);
}
