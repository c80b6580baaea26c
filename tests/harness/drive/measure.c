/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/drive/measure.h"

#include "tests/harness/report/report.h"

void measured_value(struct test_run *t, const char *name, const char *unit, uint64_t thousandths)
{
	REPORT("measure", TEXT("name", name), TEXT("device", t->device->name),
	       TEXT("variant", t->variant_name), TEXT("unit", unit),
	       THOUSANDTHS("value", thousandths));
}

static void report_histogram(struct test_run *t, const char *name, const char *unit,
			     const struct histogram *histogram, bool drawn)
{
	REPORT("measure", TEXT("name", name), TEXT("device", t->device->name),
	       TEXT("variant", t->variant_name), TEXT("unit", unit),
	       HISTOGRAM("histogram", histogram), TRUTH("drawn", drawn, FOR_PEOPLE));
}

void measured_histogram(struct test_run *t, const char *name, const char *unit,
			const struct histogram *histogram)
{
	report_histogram(t, name, unit, histogram, false);
}

void measured_and_drawn(struct test_run *t, const char *name, const char *unit,
			const struct histogram *histogram)
{
	report_histogram(t, name, unit, histogram, true);
}
