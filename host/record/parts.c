/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/parts.h"

#include "host/record/records.h"

struct device *device_new(JsonObject *record)
{
	struct device *device = g_new0(struct device, 1);

	device->bdf = record_copy(record, "bdf");
	device->name = record_copy(record, "name");
	device->transport = record_copy(record, "transport");
	device->features = record_copy(record, "features_offered");
	device->queues = record_number(record, "queues", 0);
	device->workload = workload_parse(record_text(record, "workload"));
	return device;
}

void device_free(void *data)
{
	struct device *device = data;

	g_free(device->bdf);
	g_free(device->name);
	g_free(device->transport);
	g_free(device->features);
	g_free(device);
}

struct clause *clause_new(const char *id, enum level level, enum clause_verdict verdict,
			  const char *why)
{
	struct clause *clause = g_new0(struct clause, 1);

	clause->id = g_strdup(id);
	clause->level = level;
	clause->verdict = verdict;
	clause->why = g_strdup(why);
	return clause;
}

void clause_free(void *data)
{
	struct clause *clause = data;

	g_free(clause->id);
	g_free(clause->why);
	g_free(clause);
}

struct run *run_new(JsonObject *record)
{
	struct run *run = g_new0(struct run, 1);

	run->record = json_object_ref(record);
	run->command_line = record_text(record, "cmdline");
	run->cpus = record_number(record, "cpus", 0);
	run->tsc_khz = record_number(record, "tsc_khz", 0);
	return run;
}

void run_free(void *data)
{
	struct run *run = data;

	json_object_unref(run->record);
	g_free(run);
}

struct summary *summary_new(JsonObject *record)
{
	struct summary *summary = g_new0(struct summary, 1);
	JsonObject *clauses = record_object(record, "clauses");

	summary->record = json_object_ref(record);
	summary->errors = record_number(record, "error", 0);
	summary->uncovered = clauses ? record_number(clauses, "uncovered", -1) : -1;
	return summary;
}

void summary_free(void *data)
{
	struct summary *summary = data;

	json_object_unref(summary->record);
	g_free(summary);
}

struct incident *incident_new(JsonObject *record)
{
	struct incident *incident = g_new0(struct incident, 1);

	incident->record = json_object_ref(record);
	incident->event = record_text(record, "event");
	incident->words = record_text(record, "words");
	incident->test = record_text(record, "test");
	incident->output = record_text(record, "output");
	return incident;
}

void incident_free(void *data)
{
	struct incident *incident = data;

	json_object_unref(incident->record);
	g_free(incident);
}

struct root_fault *root_fault_new(JsonObject *record, unsigned fresh_boots)
{
	struct root_fault *fault = g_new0(struct root_fault, 1);

	fault->device = record_copy(record, "device");
	fault->clause = record_copy(record, "clause");
	fault->since = record_copy(record, "since");
	fault->lasts = json_object_get_boolean_member_with_default(record, "lasts", FALSE);
	fault->fresh_boots = fresh_boots;
	return fault;
}

void root_fault_free(void *data)
{
	struct root_fault *fault = data;

	g_free(fault->device);
	g_free(fault->clause);
	g_free(fault->since);
	g_free(fault);
}

struct confirmation *confirmation_new(JsonObject *record)
{
	struct confirmation *confirmation = g_new0(struct confirmation, 1);

	confirmation->fault = record_copy(record, "fault");
	confirmation->tried = record_number(record, "tried", 0);
	confirmation->failed = record_number(record, "failed", 0);
	confirmation->behind = record_copy(record, "behind");
	return confirmation;
}

void confirmation_free(void *data)
{
	struct confirmation *confirmation = data;

	g_free(confirmation->fault);
	g_free(confirmation->behind);
	g_free(confirmation);
}

/* "" where the image does not tell. */
static char *source_of(JsonObject *record)
{
	const char *file = record_text(record, "file");

	return *file ? g_strdup_printf("%s:%" G_GINT64_FORMAT, file,
				       record_number(record, "line", 0))
		     : g_strdup("");
}

struct position *position_new(JsonObject *record)
{
	struct position *position = g_new0(struct position, 1);

	position->suite = record_copy(record, "suite");
	position->test = record_copy(record, "test");
	position->device = record_copy(record, "device");
	position->variant = record_copy(record, "variant");
	position->source = source_of(record);
	position->n = record_number(record, "n", 0);
	position->of = record_number(record, "of", 0);
	return position;
}

void position_free(void *data)
{
	struct position *position = data;

	g_free(position->suite);
	g_free(position->test);
	g_free(position->device);
	g_free(position->variant);
	g_free(position->source);
	g_free(position);
}
