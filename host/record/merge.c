/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/merge.h"

#include <string.h>

#include <gio/gio.h>

#include "host/record/records.h"
#include "host/system/output.h"

struct merger {
	FILE *out;
	const char *path;
	gboolean in_job;
	gsize records;
};

static void name_job(const struct merger *merger)
{
	g_autofree char *base = g_path_get_basename(merger->path);
	g_autoptr(JsonObject) job = record_new("job");
	char *dot = strrchr(base, '.');

	if (dot && dot != base)
		*dot = '\0';
	json_object_set_string_member(job, "name", base);

	g_autofree char *line = record_line(job);

	fprintf(merger->out, "%s\n", line);
}

static void take_record(JsonObject *record, const char *line, void *context)
{
	struct merger *merger = context;

	if (!merger->in_job && !record_is(record, "job"))
		name_job(merger);
	merger->in_job = TRUE;
	merger->records++;
	fprintf(merger->out, "%s\n", line);
}

static gboolean add_file(struct merger *merger, GError **error)
{
	struct record_listener listener = {.record = take_record, .context = merger};
	g_autoptr(GFile) file = g_file_new_for_path(merger->path);
	g_autoptr(GFileInputStream) stream = g_file_read(file, NULL, error);
	g_autofree char *buffer = g_malloc(1 << 16);
	gssize length = 0;

	if (!stream)
		return FALSE;

	struct record_reader *reader = record_reader_new(&listener);

	merger->in_job = FALSE;
	merger->records = 0;
	while ((length = g_input_stream_read(G_INPUT_STREAM(stream), buffer, 1 << 16, NULL,
					     error)) > 0)
		record_reader_feed(reader, buffer, (gsize)length);
	record_reader_finish(reader);
	record_reader_free(reader);
	if (length == 0 && merger->records == 0)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: holds no record",
			    merger->path);
	return length == 0 && merger->records;
}

gboolean records_merge(char *const *paths, const char *output, GError **error)
{
	struct output whole;
	struct merger merger;

	output_open(&whole, output);
	merger = (struct merger){.out = whole.stream};
	for (; *paths; paths++) {
		merger.path = *paths;
		if (!add_file(&merger, error)) {
			output_drop(&whole);
			return FALSE;
		}
	}
	return output_close(&whole, error);
}
