/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as TAP 14; what fits no test point is a comment or a YAML block. */
#include "lib/string.h"
#include "tests/harness/report/report.h"

const struct format tap_format = {.name = "TAP"};

PHRASE(tap, run)
{
	print("TAP version 14\n# virtproof %s, %s, booted by %s, %lu CPUs, TSC %lu kHz (%s), %s\n",
	      record_text(record, "version"), record_text(record, "hypervisor"),
	      record_text(record, "boot"), record_number(record, "cpus"),
	      record_number(record, "tsc_khz"), record_text(record, "tsc_source"),
	      record_text(record, "interrupt_controller"));
}

PHRASE(tap, device)
{
	print("# device %s %s\n", record_text(record, "bdf"), record_text(record, "name"));
}

PHRASE(tap, plan)
{
	print("1..%lu\n", record_number(record, "tests"));
}

PHRASE(tap, check)
{
	print("# %s %s: %s\n#   %s\n#   repeat: %s\n", record_text(record, "clause"),
	      record_text(record, "level"), record_text(record, "statement"),
	      record_text(record, "message"), record_text(record, "repeat"));
}

PHRASE(tap, test)
{
	const char *verdict = record_text(record, "verdict"),
		   *reason = record_text(record, "reason");
	bool bad = strcmp(verdict, "fail") == 0 || strcmp(verdict, "error") == 0;
	bool skipped = strcmp(verdict, "skip") == 0;

	print("%s %lu - %s.%s %s %s", bad ? "not ok" : "ok", record_number(record, "n"),
	      record_text(record, "suite"), record_text(record, "test"),
	      record_text(record, "device"), record_text(record, "variant"));
	if (skipped)
		print(" # SKIP %s", reason);
	print("\n");
	if (!skipped && *reason)
		print("  ---\n  verdict: %s\n  message: >-\n    %s\n  ...\n", verdict, reason);
}

PHRASE(tap, clause)
{
	if (strcmp(record_text(record, "verdict"), "violated") == 0)
		print("# violated: %s %s\n", record_text(record, "id"),
		      record_text(record, "statement"));
}

PHRASE(tap, note)
{
	print("# %s\n", record_text(record, "text"));
}

PHRASE(tap, summary)
{
	print("# %lu passed, %lu warned, %lu failed, %lu skipped, %lu errors; worst: %s\n",
	      record_number(record, "pass"), record_number(record, "warn"),
	      record_number(record, "fail"), record_number(record, "skip"),
	      record_number(record, "error"), record_text(record, "worst"));
}

PHRASE(tap, measure)
{
	const char *device = record_text(record, "device"), *name = record_text(record, "name");
	const char *unit = record_text(record, "unit");
	const struct field *field = record_find(record, "histogram");
	const struct histogram *histogram;
	uint64_t thousandths;

	if (!field) {
		thousandths = record_field(record, "value", FIELD_THOUSANDTHS)->number;
		print("# %s %s: %lu.%03lu %s\n", device, name, thousandths / 1000,
		      thousandths % 1000, unit);
		return;
	}
	histogram = field->histogram;
	print("# %s %s: count %lu mean %lu stddev %lu p50 %lu", device, name, histogram->count,
	      histogram_mean(histogram), histogram_deviation(histogram),
	      histogram_quantile(histogram, 50, 100));
	if (histogram_carries(histogram, 99, 100))
		print(" p99 %lu", histogram_quantile(histogram, 99, 100));
	print(" max %lu %s\n", histogram->maximum, unit);
}
