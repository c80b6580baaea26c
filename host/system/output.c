/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/system/output.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>

static gboolean is_standard(const char *path)
{
	return strcmp(path, "-") == 0;
}

void output_open(struct output *output, const char *path)
{
	*output = (struct output){.path = path};
	output->stream = open_memstream(&output->text, &output->length);
	if (!output->stream)
		g_error("%s", g_strerror(errno));
}

void output_drop(struct output *output)
{
	fclose(output->stream);
	free(output->text);
}

static gboolean set_error(const char *path, GError **error)
{
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path,
		    g_strerror(errno));
	return FALSE;
}

static gboolean write_into(const struct output *output, FILE *out)
{
	return out && fwrite(output->text, 1, output->length, out) == output->length &&
	       fflush(out) == 0;
}

/* A terminal, a pipe, a device. */
static gboolean write_through(const struct output *output, GError **error)
{
	FILE *out = fopen(output->path, "w");
	gboolean fine = write_into(output, out);
	int reason = errno;

	if (out && fclose(out) != 0 && fine) {
		fine = FALSE;
		reason = errno;
	}
	errno = reason;
	return fine || set_error(output->path, error);
}

/* Who ends the program meanwhile would leave half a file beside the one that is to be replaced. */
static gboolean replace(const struct output *output, GError **error)
{
	g_autofree char *resolved = realpath(output->path, NULL);
	sigset_t all, before;
	gboolean fine;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	fine = g_file_set_contents_full(
		resolved ? resolved : output->path, output->text, (gssize)output->length,
		G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, error);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!fine)
		g_prefix_error(error, "%s: ", output->path);
	return fine;
}

gboolean output_close(struct output *output, GError **error)
{
	struct stat status;
	gboolean fine = fclose(output->stream) == 0;

	if (!fine)
		set_error(output->path, error);
	else if (is_standard(output->path))
		fine = write_into(output, stdout) || set_error("standard output", error);
	else if (stat(output->path, &status) == 0 && !S_ISREG(status.st_mode))
		fine = write_through(output, error);
	else
		fine = replace(output, error);
	free(output->text);
	return fine;
}

static gboolean look_at(const char *path, int standard, struct stat *status)
{
	return (is_standard(path) ? fstat(standard, status) : stat(path, status)) == 0;
}

/* A device or a pipe loses nothing when it is named twice. */
static gboolean are_one_file(const char *output, const char *other, int standard)
{
	g_autofree char *one = g_canonicalize_filename(output, NULL);
	g_autofree char *two = g_canonicalize_filename(other, NULL);
	struct stat status, other_status;

	if (look_at(output, STDOUT_FILENO, &status) && look_at(other, standard, &other_status))
		return S_ISREG(status.st_mode) && status.st_dev == other_status.st_dev &&
		       status.st_ino == other_status.st_ino;
	return !is_standard(output) && strcmp(one, two) == 0;
}

gboolean outputs_are_apart(char *const *outputs, char *const *inputs, GError **error)
{
	for (; outputs && *outputs; outputs++) {
		for (char *const *input = inputs; input && *input; input++) {
			if (!are_one_file(*outputs, *input, STDIN_FILENO))
				continue;
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS,
				    "%s: would be written over, and is read", *input);
			return FALSE;
		}
		for (char *const *other = outputs + 1; *other; other++) {
			if (!are_one_file(*outputs, *other, STDOUT_FILENO))
				continue;
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS,
				    "%s: would be written twice", *other);
			return FALSE;
		}
	}
	return TRUE;
}
