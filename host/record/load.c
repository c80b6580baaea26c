/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/load.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "host/record/job.h"
#include "host/record/records.h"

struct loader {
	GPtrArray *jobs;
	struct job *job; /* the job that records go to, or NULL before the first */
	gint64 foreign;  /* the schema of records that the program does not read, or 0 */
};

static struct job *begin_job(struct loader *loader)
{
	loader->job = job_new();
	g_ptr_array_add(loader->jobs, loader->job);
	return loader->job;
}

static void take_record(JsonObject *record, const char *line, void *context)
{
	struct loader *loader = context;

	if (record_foreign_schema(record))
		loader->foreign = record_foreign_schema(record);
	if (!loader->job || record_is(record, "job"))
		begin_job(loader);
	job_add(loader->job, record);
}

static gboolean read_all(int descriptor, struct record_reader *reader, GError **error)
{
	static char buffer[1 << 16];
	ssize_t length;

	while ((length = read(descriptor, buffer, sizeof(buffer))) != 0) {
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0) {
			g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s",
				    g_strerror(errno));
			return FALSE;
		}
		record_reader_feed(reader, buffer, (gsize)length);
	}
	record_reader_finish(reader);
	return TRUE;
}

static gboolean load_into(struct loader *loader, const char *path, GError **error)
{
	gboolean is_input = strcmp(path, "-") == 0;
	int descriptor = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct record_listener listener = {.record = take_record, .context = loader};
	unsigned before = loader->jobs->len;

	if (descriptor < 0) {
		g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path,
			    g_strerror(errno));
		return FALSE;
	}

	struct record_reader *reader = record_reader_new(&listener);
	gboolean read = read_all(descriptor, reader, error);

	record_reader_free(reader);
	if (!is_input)
		close(descriptor);
	if (!read) {
		g_prefix_error(error, "%s: ", path);
		return FALSE;
	}
	if (loader->foreign) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "%s: its records are of schema %" G_GINT64_FORMAT
			    ", this program reads %d",
			    path, loader->foreign, RECORD_SCHEMA);
		return FALSE;
	}
	if (loader->jobs->len == before) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: holds no record",
			    path);
		return FALSE;
	}
	loader->job = NULL;
	return TRUE;
}

GPtrArray *jobs_load_all(char *const *paths, GError **error)
{
	struct loader loader = {.jobs = g_ptr_array_new_with_free_func((GDestroyNotify)job_free)};

	for (; *paths; paths++) {
		if (!load_into(&loader, *paths, error)) {
			g_ptr_array_unref(loader.jobs);
			return NULL;
		}
	}
	return loader.jobs;
}

GPtrArray *jobs_load(const char *path, GError **error)
{
	char *const paths[] = {(char *)path, NULL};

	return jobs_load_all(paths, error);
}
