/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/measure.h"

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

void measure_add_buckets(const struct measure *measure, GArray *buckets)
{
	JsonArray *entries = record_array(measure->record, "buckets");
	guint length = entries ? json_array_get_length(entries) : 0;

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
}
