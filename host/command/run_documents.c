/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/run_documents.h"

#include <stdio.h>

#include "host/command/arguments.h"
#include "host/system/shell.h"
#include "host/record/records.h"
#include "host/record/test.h"
#include "host/report/documents.h"
#include "host/report/github.h"
#include "host/system/output.h"

/* The devices as they were asked for, which of them stands where, and which are served from outside of the VMM. */
static void add_devices(JsonObject *record, const struct launch *launch)
{
	JsonArray *devices = json_array_new();
	JsonArray *served = json_array_new();
	JsonObject *places = json_object_new();

	for (unsigned i = 0; i < launch->devices->len; i++) {
		const struct launch_device *device = launch->devices->pdata[i];

		json_array_add_string_element(devices, device->name);
		json_object_set_string_member(places, device->bdf, device->name);
		if (device->daemon || is_of_a_daemon(device->name))
			json_array_add_string_element(served, device->name);
	}
	json_object_set_array_member(record, "devices", devices);
	json_object_set_object_member(record, "places", places);
	json_object_set_array_member(record, "served", served);
}

char *run_job_name(const struct run_options *options, const struct launch *launch)
{
	if (options->name)
		return g_strdup(options->name);
	return g_strdup_printf("%s-%s-%s", launch->descriptor->name, launch->machine,
			       launch->accelerator);
}

JsonObject *run_job_record(const struct run_options *options, const struct launch *launch,
			   const char *version, const char *omitted, char *const *argv)
{
	JsonObject *record = record_new("job");
	g_autofree char *command = shell_line(argv);
	g_autofree char *before = run_options_repeat_before(options);
	g_autofree char *after = run_options_repeat_after(options);
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
	g_autofree char *name = run_job_name(options, launch);
	g_autofree char *expect = options->expect ? g_path_get_basename(options->expect) : NULL;

	json_object_set_string_member(record, "name", name);
	json_object_set_string_member(record, "vmm", launch->descriptor->name);
	json_object_set_string_member(record, "version", version);
	json_object_set_string_member(record, "machine", launch->machine);
	json_object_set_string_member(record, "accelerator", launch->accelerator);
	add_devices(record, launch);
	json_object_set_string_member(record, "time", time);
	json_object_set_string_member(record, "command", command);
	json_object_set_string_member(record, "repeat_before", before);
	json_object_set_string_member(record, "repeat_after", after);
	if (expect)
		json_object_set_string_member(record, "expect", expect);
	if (*omitted)
		json_object_set_string_member(record, "omitted", omitted);
	json_object_set_int_member(record, "ends", 1);
	return record;
}

gboolean run_propose(const struct run_options *options, const struct conclusion *conclusion)
{
	g_autoptr(GError) error = NULL;
	struct output output;

	puts("\nexpectations would have to change so:");
	conclusion_propose_changes(conclusion, stdout);
	if (!options->update_file)
		return TRUE;
	output_open(&output, options->update_file);
	conclusion_propose(conclusion, output.stream);
	if (output_close(&output, &error))
		return TRUE;
	fprintf(stderr, "virtproof: %s\n", error->message);
	return FALSE;
}

gboolean run_write_documents(const struct run_options *options, struct conclusion *conclusion)
{
	g_autoptr(GError) error = NULL;
	struct report *report = report_of(conclusion);
	gboolean fine = documents_write(report, options->reports, &error) &&
			(!options->github || github_tell(report, stdout, &error));

	report_free(report);
	if (!fine)
		fprintf(stderr, "virtproof: %s\n", error->message);
	return fine;
}
