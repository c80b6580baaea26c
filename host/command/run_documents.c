/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/run_documents.h"

#include <errno.h>
#include <stdio.h>

#include "host/command/arguments.h"
#include "host/record/records.h"
#include "host/report/documents.h"

/* The devices as they were asked for, and which of them stands where. */
static void add_devices(JsonObject *record, const struct launch *launch)
{
	JsonArray *devices = json_array_new();
	JsonObject *places = json_object_new();

	for (unsigned i = 0; i < launch->devices->len; i++) {
		const struct launch_device *device = launch->devices->pdata[i];

		json_array_add_string_element(devices, device->name);
		json_object_set_string_member(places, device->bdf, device->name);
	}
	json_object_set_array_member(record, "devices", devices);
	json_object_set_object_member(record, "places", places);
}

JsonObject *run_job_record(const struct run_options *options, const struct launch *launch,
			   const char *version, char *const *argv)
{
	JsonObject *record = record_new("job");
	g_autofree char *command = shell_line(argv);
	g_autofree char *before = run_options_repeat_before(options);
	g_autofree char *after = run_options_repeat_after(options);
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
	g_autofree char *usual = g_strdup_printf("%s-%s-%s", launch->descriptor->name,
						 launch->machine, launch->accelerator);

	json_object_set_string_member(record, "name", options->name ? options->name : usual);
	json_object_set_string_member(record, "vmm", launch->descriptor->name);
	json_object_set_string_member(record, "version", version);
	json_object_set_string_member(record, "machine", launch->machine);
	json_object_set_string_member(record, "accelerator", launch->accelerator);
	add_devices(record, launch);
	json_object_set_string_member(record, "time", time);
	json_object_set_string_member(record, "command", command);
	json_object_set_string_member(record, "repeat_before", before);
	json_object_set_string_member(record, "repeat_after", after);
	return record;
}

void run_propose(const struct run_options *options, const struct conclusion *conclusion)
{
	FILE *out = options->update_file ? fopen(options->update_file, "w") : stdout;

	if (!out) {
		fprintf(stderr, "virtproof: %s: %s\n", options->update_file, g_strerror(errno));
		return;
	}
	if (out == stdout)
		puts("\nexpectations that this run would need:");
	conclusion_propose(conclusion, out);
	if (out != stdout)
		fclose(out);
}

gboolean run_write_documents(const struct run_options *options, struct conclusion *conclusion)
{
	g_autoptr(GError) error = NULL;
	struct report *report = options->reports ? report_of(conclusion) : NULL;
	gboolean fine = !report || documents_write(report, options->reports, &error);

	report_free(report);
	if (!fine)
		fprintf(stderr, "virtproof: %s\n", error->message);
	return fine;
}
