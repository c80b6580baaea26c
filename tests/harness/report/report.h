/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three ways to print records. JSON writes any record, the two for people say what they have a
 * phrase for:
 *
 *	PHRASE(text, plan)
 *	{
 *		print("%lu tests\n", record_number(record, "tests"));
 *	}
 *
 * Phrases register themselves, so a new type of record is one more REPORT(), and a PHRASE() for each
 * format in which people shall read it. Everything here is for the boot CPU.
 */
#ifndef TESTS_HARNESS_REPORT_H
#define TESTS_HARNESS_REPORT_H

#include "tests/harness/report/print.h"
#include "tests/harness/report/record.h"

/* Counts up when the meaning of a field changes. */
#define REPORT_SCHEMA 1

/* One way to print records. */
struct format {
	const char *name;
	/* Prints what no phrase of the format is for; NULL: that is left out. */
	void (*any)(const struct record *record);
};

/* The formats: for people, TAP 14, and one JSON object a line. */
extern const struct format text_format, tap_format, json_format;

/* How a format says records of one type. */
struct phrase {
	const struct format *format;
	const char *type;
	void (*say)(const struct record *record);
};

/* Defines how `format_` says records of a type; its body has the record as `record`. */
#define PHRASE(format_, type_)                                                                     \
	static void format_##_##type_(const struct record *record);                                \
	static const struct phrase format_##_##type_##_phrase = {&format_##_format, #type_,        \
								 format_##_##type_};               \
	static const struct phrase *const format_##_##type_##_entry                                \
		__attribute__((section("registry_phrases"), used)) = &format_##_##type_##_phrase;  \
	static void format_##_##type_(const struct record *record)

/* Prints from now on in this format; before that in text_format. */
void report_choose(const struct format *format);

/* Says the record in the chosen format, unless reports are hushed. */
void report_record(const struct record *record);
/* The same, of a record that is named on the spot. */
#define REPORT(type, ...) report_record(RECORD(type, __VA_ARGS__))

/* Reports one sentence about the platform or the run (a `note`). */
void report_note(const char *sentence);

/*
 * Hushes reports, or lets them through again: for tests that are run only to see what comes of them.
 * Returns whether they were hushed before.
 */
bool report_hush(bool hushed);

/* Prints the record as JSON whatever the format: a host program reads nothing else. */
void report_as_json(const struct record *record);

#endif
