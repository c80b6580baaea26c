/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

struct record_log {
	const char *path;
	int file;
	gint64 records; /* that it holds */
	off_t length;   /* of those */
	int reason;     /* why it takes no more: an errno; 0: it does */
};

static void set_error(const char *path, int reason, GError **error)
{
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(reason), "%s: %s", path,
		    g_strerror(reason));
}

struct record_log *record_log_open(const char *path, GError **error)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	struct record_log *log;

	if (file < 0) {
		set_error(path, errno, error);
		return NULL;
	}
	log = g_new0(struct record_log, 1);
	log->path = path;
	log->file = file;
	return log;
}

static gboolean write_all(struct record_log *log, const char *bytes, gsize length)
{
	while (length) {
		ssize_t written = write(log->file, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			log->reason = written < 0 ? errno : EIO;
			return FALSE;
		}
		bytes += written;
		length -= (gsize)written;
	}
	return TRUE;
}

void record_log_add(struct record_log *log, const char *line)
{
	g_autofree char *whole = NULL;
	gsize length;

	if (log->reason)
		return;
	whole = g_strconcat(line, "\n", NULL);
	length = strlen(whole);
	if (write_all(log, whole, length)) {
		log->records++;
		log->length += (off_t)length;
	} else {
		/* Where it cannot be cut off, readers take a part of a record for noise. */
		G_GNUC_UNUSED int cut = ftruncate(log->file, log->length);
	}
}

gboolean record_log_close(struct record_log *log, GError **error)
{
	/* Some file systems tell only now; what is no regular file cannot be synchronised. */
	if (!log->reason && fsync(log->file) != 0 && errno != EINVAL && errno != EROFS)
		log->reason = errno;
	if (close(log->file) != 0 && !log->reason)
		log->reason = errno;

	gboolean fine = log->reason == 0;

	if (!fine) {
		set_error(log->path, log->reason, error);
		g_prefix_error(error,
			       "the log ends behind %" G_GINT64_FORMAT
			       " records, before the run did: ",
			       log->records);
	}
	g_free(log);
	return fine;
}
