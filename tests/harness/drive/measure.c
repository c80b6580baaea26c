/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/drive/measure.h"

#include "tests/harness/report/report.h"

void measured_value(struct test_run *t, const char *name, const char *unit, uint64_t thousandths)
{
	reporter->measure(&(struct measure){
		.name = name, .unit = unit, .run = t, .thousandths = thousandths});
}

void measured_histogram(struct test_run *t, const char *name, const char *unit,
			const struct histogram *histogram)
{
	reporter->measure(
		&(struct measure){.name = name, .unit = unit, .run = t, .histogram = histogram});
}

void measured_picture(const struct histogram *histogram, const char *unit)
{
	if (reporter->picture)
		reporter->picture(histogram, unit);
}
