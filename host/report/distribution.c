/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/distribution.h"

#include <math.h>

#define CELLS     12
#define BAR_WIDTH 50

/* Into which of so many parts a value falls. */
static unsigned cell_of(double value, double least, double largest)
{
	double whole = log(MAX(largest, 1)) - log(MAX(least, 1));
	double part = log(MAX(value, 1)) - log(MAX(least, 1));

	return whole > 0 ? (unsigned)CLAMP(part / whole * CELLS, 0, CELLS - 1) : 0;
}

char *distribution_spark(const struct measure *measure, gboolean utf8)
{
	static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const plain[] = {" ", ".", ".", ":", "-", "=", "+", "*", "#"};
	g_autoptr(GArray) buckets = measure_buckets(measure);
	double least = measure_figure(measure, "min"), largest = measure_figure(measure, "max");
	gint64 cells[CELLS] = {0}, fullest = 1;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < buckets->len; i++) {
		const struct bucket *bucket = &g_array_index(buckets, struct bucket, i);
		gint64 *cell = &cells[cell_of(bucket->lowest, least, largest)];

		*cell += bucket->count;
		fullest = MAX(fullest, *cell);
	}
	for (unsigned i = 0; i < CELLS && buckets->len; i++) {
		/* Whatever has a sample shows. */
		unsigned height = (unsigned)ceil(8.0 * (double)cells[i] / (double)fullest);

		g_string_append(text, utf8 ? blocks[height] : plain[height]);
	}
	return g_string_free(text, FALSE);
}

char *distribution_bars(const struct measure *measure, const char *indent)
{
	g_autoptr(GArray) buckets = measure_buckets(measure);
	gint64 rows[64] = {0}, fullest = 1;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < buckets->len; i++) {
		const struct bucket *bucket = &g_array_index(buckets, struct bucket, i);
		double power = bucket->lowest >= 1 ? floor(log2(bucket->lowest)) : 0;
		gint64 *row = &rows[(unsigned)CLAMP(power, 0, 63)];

		*row += bucket->count;
		fullest = MAX(fullest, *row);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *from = measure_words(i ? exp2(i) : 0, measure->unit);
		int length = (int)ceil(BAR_WIDTH * (double)rows[i] / (double)fullest);

		if (rows[i])
			g_string_append_printf(
				text, "%s%10s and up %9" G_GINT64_FORMAT " |%.*s\n", indent, from,
				rows[i], length,
				"##################################################");
	}
	return g_string_free(text, FALSE);
}

char *distribution_words(const struct measure *measure)
{
	static const struct {
		const char *member, *words;
		double share;
	} parts[] = {
		{"p50", "p50", 0},        {"p90", "p90", 0.9},         {"p99", "p99", 0.99},
		{"p999", "p99.9", 0.999}, {"p9999", "p99.99", 0.9999}, {"max", "max", 0},
	};
	const char *unit = measure->unit;
	GString *text = g_string_new(NULL);

	if (!measure->distributed)
		return measure_words(measure_figure(measure, "value"), unit);

	g_autofree char *mean = measure_words(measure_figure(measure, "mean"), unit);
	g_autofree char *deviation = measure_words(measure_figure(measure, "stddev"), unit);

	g_string_append_printf(text, "n %.0f  mean %s", measure_figure(measure, "count"), mean);
	if (json_object_has_member(measure->record, "stddev"))
		g_string_append_printf(text, "  sd %s", deviation);
	for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *value =
			measure_words(measure_figure(measure, parts[i].member), unit);

		if (json_object_has_member(measure->record, parts[i].member) &&
		    (parts[i].share == 0 || measure_carries(measure, parts[i].share)))
			g_string_append_printf(text, "  %s %s", parts[i].words, value);
	}
	return g_string_free(text, FALSE);
}
