/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/report/record.h"

#include "arch/console.h"
#include "arch/power.h"
#include "lib/format.h"
#include "lib/string.h"

const struct field *record_find(const struct record *record, const char *name)
{
	for (const struct field *field = record->fields; field->kind != FIELD_NONE; field++) {
		if (strcmp(field->name, name) == 0)
			return field;
	}
	return NULL;
}

static NORETURN void end_without(const struct record *record, const char *name)
{
	char sentence[160];

	format_text(sentence, sizeof(sentence),
		    "virtproof: a phrase asks a record of type %s for %s, which it has not\n",
		    record->type, name);
	console_write(sentence, strlen(sentence));
	power_off(POWER_AUTO, POWER_CODE_ERROR);
}

const struct field *record_field(const struct record *record, const char *name,
				 enum field_kind kind)
{
	const struct field *field = record_find(record, name);

	if (!field || field->kind != kind)
		end_without(record, name);
	return field;
}

const char *record_text(const struct record *record, const char *name)
{
	return record_field(record, name, FIELD_TEXT)->text;
}

uint64_t record_number(const struct record *record, const char *name)
{
	return record_field(record, name, FIELD_NUMBER)->number;
}

bool record_truth(const struct record *record, const char *name)
{
	return record_field(record, name, FIELD_TRUTH)->truth;
}

const struct quantile quantiles[] = {
	{"p90", "p90", 90, 100},
	{"p99", "p99", 99, 100},
	{"p999", "p99.9", 999, 1000},
	{"p9999", "p99.99", 9999, 10000},
	{},
};
