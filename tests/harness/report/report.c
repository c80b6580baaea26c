/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/report/report.h"

#include "lib/string.h"

extern const struct phrase *const __start_registry_phrases[];
extern const struct phrase *const __stop_registry_phrases[];

static const struct format *chosen = &text_format;
static bool hushed;

void report_choose(const struct format *format)
{
	chosen = format;
}

bool report_hush(bool hush)
{
	bool before = hushed;

	hushed = hush;
	return before;
}

void report_record(const struct record *record)
{
	if (hushed)
		return;
	for (const struct phrase *const *phrase = __start_registry_phrases;
	     phrase < __stop_registry_phrases; phrase++) {
		if ((*phrase)->format == chosen && strcmp((*phrase)->type, record->type) == 0) {
			(*phrase)->say(record);
			return;
		}
	}
	if (chosen->any)
		chosen->any(record);
}

void report_note(const char *sentence)
{
	REPORT("note", TEXT("text", sentence));
}
