/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/clock.h"
#include "lib/parameters.h"
#include "lib/string.h"
#include "tests/bench/throughput.h"
#include "tests/harness/drive/measure.h"
#include "tests/bench/options.h"
#include "tests/harness/report/report.h"

#define NOTE_SIZE 200

bool list_number(struct test_run *t, const char *list, unsigned nth, uint64_t *number)
{
	char word[24];

	for (unsigned n = 0; n <= nth; n++) {
		size_t length = 0;

		if (!*list)
			return false;
		while (list[length] && list[length] != ',')
			length++;
		if (length >= sizeof(word))
			error_in_test(t, "\"%s\" is no list of numbers", list);
		memcpy(word, list, length);
		word[length] = '\0';
		list += length + (list[length] == ',');
	}
	if (!parse_number(word, number) || !*number || *number > UINT32_MAX)
		error_in_test(t, "\"%s\" is no number in a list that has to hold numbers above 0",
			      word);
	return true;
}

uint64_t point_duration(void)
{
	return clock_from_ns(bench_options.seconds ? bench_options.seconds * NANOSECONDS_A_SECOND
						   : bench_options.milliseconds * 1000000);
}

uint64_t interval_of(uint64_t rate)
{
	return MAXIMUM((uint64_t)clock_khz() * 1000 / rate, (uint64_t)1);
}

void note_about(struct test_run *t, const char *format, ...)
{
	char sentence[NOTE_SIZE];
	struct text text = TEXT_ON(sentence);
	char about[NOTE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	format_text_list(about, sizeof(about), format, arguments);
	va_end(arguments);
	text_add(&text, "%s: %s", t->device->name, about);
	report_note(sentence);
}

uint64_t thousandths(uint64_t part, uint64_t whole)
{
	return whole ? part * 1000 / whole : 0;
}

uint64_t rate_of(uint64_t count, uint64_t ticks)
{
	uint64_t nanoseconds = clock_to_ns(ticks);

	if (!nanoseconds)
		return 0;
	/* count * 10^12 / ns, in two steps so that the product stays below 2^64. */
	return count * 1000000 / nanoseconds * 1000000 +
	       count * 1000000 % nanoseconds * 1000 / nanoseconds * 1000;
}

void figure(const struct figures *figures, const char *what, const char *unit, uint64_t value)
{
	char name[FIGURE_NAME_SIZE];

	format_text(name, sizeof(name), "%s.%s %s", figures->about, what, figures->settings);
	measured_value(figures->t, name, unit, value);
}

void figure_latency(const struct figures *figures, const char *what, const struct histogram *ticks)
{
	static struct histogram nanoseconds;
	char name[FIGURE_NAME_SIZE];

	format_text(name, sizeof(name), "%s.%s %s", figures->about, what, figures->settings);
	histogram_convert(&nanoseconds, ticks, clock_to_ns);
	measured_histogram(figures->t, name, "ns", &nanoseconds);
}
