/* SPDX-License-Identifier: BSD-2-Clause */
/* What the watch has seen, in words. */
#include "tests/harness/report/report.h"

PHRASE(text, breach)
{
	bool declared = record_truth(record, "declared");

	print("%s %s: %s.%s on %s [%s]: %s (%lu times)\n", declared ? "declared" : "BREACH",
	      record_text(record, "clause"), record_text(record, "suite"),
	      record_text(record, "test"), record_text(record, "device"),
	      record_text(record, "variant"), record_text(record, "what"),
	      record_number(record, "times"));
	if (!declared)
		print("    %s: %s [%s]\n", record_text(record, "level"),
		      record_text(record, "statement"), record_text(record, "section"));
}

PHRASE(text, unmet)
{
	print("unmet %s: %s\n", record_text(record, "clause"), record_text(record, "statement"));
}

PHRASE(text, watch)
{
	print("watch: %lu breaches, %lu declared ones; %lu of %lu rules had to do with something\n",
	      record_number(record, "breaches"), record_number(record, "declared"),
	      record_number(record, "met"), record_number(record, "rules"));
}

PHRASE(text, planted)
{
	print("%s %s\n", record_truth(record, "seen") ? "seen" : "MISSED",
	      record_text(record, "clause"));
}

PHRASE(text, planted_summary)
{
	print("planted: %lu of %lu seen\n", record_number(record, "seen"),
	      record_number(record, "planted"));
}
