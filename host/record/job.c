/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/job.h"

#include <string.h>

#include "host/record/records.h"

struct job *job_new(void)
{
	struct job *job = g_new0(struct job, 1);

	job->left_out = -1;
	job->name = g_strdup("");
	job->vmm = g_strdup("");
	job->version = g_strdup("");
	job->machine = g_strdup("");
	job->accelerator = g_strdup("");
	job->time = g_strdup("");
	job->command = g_strdup("");
	job->omitted = g_strdup("");
	job->expect = g_strdup("");
	job->repeat_before = g_strdup("");
	job->repeat_after = g_strdup("");
	job->touched = g_strdup("");
	job->asked = g_ptr_array_new_with_free_func(g_free);
	job->served = g_ptr_array_new_with_free_func(g_free);
	job->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	job->devices = g_ptr_array_new_with_free_func(device_free);
	job->tests = g_ptr_array_new_with_free_func(test_result_free);
	job->clauses = g_ptr_array_new_with_free_func(clause_free);
	job->measures = g_ptr_array_new_with_free_func(measure_free);
	job->incidents = g_ptr_array_new_with_free_func(incident_free);
	job->notes = g_ptr_array_new_with_free_func(g_free);
	job->findings = g_ptr_array_new_with_free_func(root_fault_free);
	job->confirmations = g_ptr_array_new_with_free_func(confirmation_free);
	job->unended = g_ptr_array_new_with_free_func(g_free);
	job->open_checks = g_ptr_array_new_with_free_func(check_free);
	job->clauses_by_id = g_hash_table_new(g_str_hash, g_str_equal);
	job->held_in_boot = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return job;
}

void job_free(struct job *job)
{
	if (!job)
		return;
	g_free(job->name);
	g_free(job->vmm);
	g_free(job->version);
	g_free(job->machine);
	g_free(job->accelerator);
	g_free(job->time);
	g_free(job->command);
	g_free(job->omitted);
	g_free(job->expect);
	g_free(job->repeat_before);
	g_free(job->repeat_after);
	g_free(job->touched);
	g_clear_pointer(&job->trial, json_object_unref);
	g_clear_pointer(&job->open_output, json_object_unref);
	g_clear_pointer(&job->run, run_free);
	g_clear_pointer(&job->summary, summary_free);
	g_clear_pointer(&job->at, position_free);
	g_ptr_array_unref(job->asked);
	g_ptr_array_unref(job->served);
	g_hash_table_unref(job->places);
	g_hash_table_unref(job->clauses_by_id);
	g_hash_table_unref(job->held_in_boot);
	g_ptr_array_unref(job->devices);
	g_ptr_array_unref(job->tests);
	g_ptr_array_unref(job->clauses);
	g_ptr_array_unref(job->measures);
	g_ptr_array_unref(job->incidents);
	g_ptr_array_unref(job->notes);
	g_ptr_array_unref(job->findings);
	g_ptr_array_unref(job->confirmations);
	g_ptr_array_unref(job->unended);
	g_ptr_array_unref(job->open_checks);
	g_free(job);
}

struct device *job_device(const struct job *job, const char *bdf)
{
	for (unsigned i = 0; i < job->devices->len; i++) {
		struct device *device = job->devices->pdata[i];

		if (strcmp(device->bdf, bdf) == 0)
			return device;
	}
	return NULL;
}

gboolean job_is_served(const struct job *job, const char *given)
{
	return is_of_a_daemon(given) ||
	       g_ptr_array_find_with_equal_func(job->served, given, g_str_equal, NULL);
}

char *job_subject(const struct job *job)
{
	const char *vmm = *job->vmm ? job->vmm : "unknown";
	g_autoptr(GString) subject = g_string_new("");

	for (unsigned i = 0; i < job->served->len; i++)
		g_string_append_printf(subject, "%s%s", i ? ", " : "",
				       (char *)job->served->pdata[i]);
	g_string_append_printf(subject, "%s%s", job->served->len ? " behind " : "", vmm);
	return g_string_free(g_steal_pointer(&subject), FALSE);
}

/* Whether a device that was asked for by that name is of the type: "blk-scratch" and "vhost-user:blk" are blk. */
static gboolean name_is_of(const char *name, const char *type)
{
	const char *kind = is_of_a_daemon(name) ? name + strlen(OF_A_DAEMON) : name;
	gsize length = strlen(type);

	return length && strncmp(kind, type, length) == 0 &&
	       (kind[length] == '\0' || kind[length] == '-');
}

int job_asked_at(const struct job *job, const char *bdf)
{
	const struct device *device = job_device(job, bdf);
	unsigned nth = 0, there = 0, wanted = 0;
	int found = -1;

	if (!device || g_hash_table_size(job->places))
		return -1;
	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *other = job->devices->pdata[i];

		if (other == device)
			nth = there;
		there += strcmp(other->name, device->name) == 0;
	}
	for (unsigned i = 0; i < job->asked->len; i++) {
		if (!name_is_of(job->asked->pdata[i], device->name))
			continue;
		if (wanted++ == nth)
			found = (int)i;
	}
	return wanted == there ? found : -1;
}

const char *job_given(const struct job *job, const char *bdf)
{
	const char *given = g_hash_table_lookup(job->places, bdf);
	int asked = job_asked_at(job, bdf);

	if (!given && asked >= 0)
		given = job->asked->pdata[asked];
	return given ? given : "";
}

gboolean job_is_whole(const struct job *job)
{
	static const char *const choices[] = {"vp.tests=", "vp.skip=", "vp.device=", "vp.variant="};
	g_autofree char *omission = g_strconcat("vp.skip=", job->omitted, NULL);
	g_auto(GStrv) words = g_strsplit(job->run ? job->run->command_line : "", " ", -1);

	for (char **word = words; *word; word++) {
		for (unsigned i = 0; i < G_N_ELEMENTS(choices); i++) {
			if (g_str_has_prefix(*word, choices[i]) && strcmp(*word, omission) != 0)
				return FALSE;
		}
	}
	return TRUE;
}

gboolean job_is_complete(const struct job *job)
{
	return job->summary && (job->closed || !job->end_is_due);
}

unsigned job_lonely_incidents(const struct job *job)
{
	unsigned count = 0;

	for (unsigned i = 0; i < job->incidents->len; i++)
		count += *((const struct incident *)job->incidents->pdata[i])->test == '\0';
	return count;
}
