/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a console: the reader, and a job that takes what it finds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/record/job.h"
#include "host/record/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_record(JsonObject *record, const char *line, void *context)
{
	JsonObject *again = record_parse(line, strlen(line));

	if (!again)
		abort();
	json_object_unref(again);
	job_add(context, record);
}

/* The first byte says how the rest is cut. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct job *job = job_new();
	struct record_listener listener = {.record = take_record, .context = job};
	struct record_reader *reader = record_reader_new(&listener);
	size_t step = size ? data[0] + 1u : 1;

	for (size_t at = 1; at < size; at += step)
		record_reader_feed(reader, (const char *)data + at, MIN(step, size - at));
	record_reader_finish(reader);
	record_reader_free(reader);
	job_free(job);
	return 0;
}
