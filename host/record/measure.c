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

gboolean measure_carries(const struct measure *measure, double share)
{
	return measure_figure(measure, "count") * (1 - share) > 5 - 1e-6;
}
