/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/measure.h"

#include <string.h>

#include "host/record/records.h"

struct measure *measure_new(JsonObject *record)
{
	struct measure *measure = g_new0(struct measure, 1);

	measure->record = json_object_ref(record);
	measure->name = record_text(record, "name");
	measure->device = record_text(record, "device");
	measure->variant = record_text(record, "variant");
	measure->unit = record_text(record, "unit");
	measure->distributed = record_array(record, "buckets") != NULL;
	return measure;
}

void measure_free(void *data)
{
	struct measure *measure = data;

	json_object_unref(measure->record);
	g_free(measure);
}

double measure_figure(const struct measure *measure, const char *name)
{
	return record_real(measure->record, name, 0);
}

gboolean measure_carries(const struct measure *measure, double share)
{
	return measure_figure(measure, "count") * (1 - share) > 5 - 1e-6;
}

GArray *measure_buckets(const struct measure *measure)
{
	JsonArray *entries = record_array(measure->record, "buckets");
	guint length = entries ? json_array_get_length(entries) : 0;
	GArray *buckets = g_array_new(FALSE, FALSE, sizeof(struct bucket));

	for (guint i = 0; i < length; i++) {
		JsonNode *node = json_array_get_element(entries, i);
		JsonArray *entry = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

		if (!entry || json_array_get_length(entry) != 2)
			continue;

		struct bucket bucket = {json_array_get_double_element(entry, 0),
					json_array_get_int_element(entry, 1)};

		if (bucket.count > 0)
			g_array_append_val(buckets, bucket);
	}
	return buckets;
}

char *measure_words(double value, const char *unit)
{
	static const char *const times[] = {"ns", "us", "ms", "s"};
	unsigned n = 0;

	if (strcmp(unit, "ns") != 0)
		return value < 10000 ? g_strdup_printf("%.4g %s", value, unit)
				     : g_strdup_printf("%.0f %s", value, unit);
	for (; n + 1 < G_N_ELEMENTS(times) && value >= 999.5; n++)
		value /= 1000;
	return value < 999.5 ? g_strdup_printf("%.3g %s", value, times[n])
			     : g_strdup_printf("%.0f %s", value, times[n]);
}
