/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/host/make_job.h"

#include <string.h>

#include "host/record/records.h"

static void add_record(JsonObject *record, const char *line, void *context)
{
	job_add(context, record);
}

struct job *make_job(const char *text)
{
	struct job *job = job_new();
	struct record_listener listener = {.record = add_record, .context = job};
	struct record_reader *reader = record_reader_new(&listener);

	record_reader_feed(reader, text, strlen(text));
	record_reader_finish(reader);
	record_reader_free(reader);
	return job;
}
