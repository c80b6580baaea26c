/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/daemons.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "host/session/tail.h"
#include "host/system/process.h"

/* How long a daemon may take until its socket is there. */
#define SOCKET_WAIT_MS 5000

/* A file system may date a file back by a tick. */
#define MOMENT_US 20000

/* One of them. */
struct daemon {
	struct process *process;
	char *name;   /* of its program */
	char *output; /* the file that it prints into */
	gsize mark;   /* bytes in that file when daemons_mark() was called */
};

struct daemons {
	const struct launch *launch;
	GPtrArray *each; /* struct daemon */
};

static void daemon_free(void *data)
{
	struct daemon *daemon = data;

	process_end(daemon->process);
	g_free(daemon->name);
	g_free(daemon->output);
	g_free(daemon);
}

void daemons_end(struct daemons *daemons)
{
	if (!daemons)
		return;
	g_ptr_array_unref(daemons->each);
	g_free(daemons);
}

/* What they have printed, from each one's mark or from the beginning. */
static char *read_outputs(const struct daemons *daemons, gboolean from_mark)
{
	struct tail tail;
	char *words;

	tail_init(&tail);
	for (unsigned i = 0; i < daemons->each->len; i++) {
		const struct daemon *daemon = daemons->each->pdata[i];
		gsize skip = from_mark ? daemon->mark : 0;
		g_autofree char *text = NULL;
		gsize length;

		if (g_file_get_contents(daemon->output, &text, &length, NULL) && length > skip)
			tail_add(&tail, text + skip, length - skip);
	}
	words = tail_text(&tail);
	tail_clear(&tail);
	return words;
}

char *daemons_last_words(const struct daemons *daemons)
{
	return read_outputs(daemons, FALSE);
}

/* Whether the file has been written to a moment ago: records come late, so that may belong to what follows. */
static gboolean is_fresh(const GStatBuf *status)
{
	gint64 written =
		(gint64)status->st_mtim.tv_sec * G_USEC_PER_SEC + status->st_mtim.tv_nsec / 1000;

	return g_get_real_time() - written < MOMENT_US;
}

void daemons_mark(struct daemons *daemons)
{
	for (unsigned i = 0; i < daemons->each->len; i++) {
		struct daemon *daemon = daemons->each->pdata[i];
		GStatBuf status;

		if (g_stat(daemon->output, &status) == 0 && !is_fresh(&status))
			daemon->mark = (gsize)status.st_size;
	}
}

char *daemons_said(const struct daemons *daemons)
{
	return read_outputs(daemons, TRUE);
}

char *daemons_first_end(const struct daemons *daemons)
{
	for (unsigned i = 0; i < daemons->each->len; i++) {
		const struct daemon *daemon = daemons->each->pdata[i];
		g_autofree char *how = process_end_words(daemon->process);

		if (how)
			return g_strdup_printf("the daemon '%s' %s", daemon->name, how);
	}
	return NULL;
}

char *daemons_name(const struct daemons *daemons)
{
	if (daemons->each->len == 0)
		return NULL;
	if (daemons->each->len > 1)
		return g_strdup("one of the daemons");
	return g_strdup_printf("the daemon '%s'",
			       ((const struct daemon *)daemons->each->pdata[0])->name);
}

static gboolean wait_for_socket(const struct daemons *daemons, const char *path)
{
	for (unsigned waited = 0; waited < SOCKET_WAIT_MS; waited += 10) {
		g_autofree char *end = daemons_first_end(daemons);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return TRUE;
		if (end)
			return FALSE;
		g_usleep(10000);
	}
	return FALSE;
}

static gboolean wait_for_sockets(const struct daemons *daemons, GError **error)
{
	const GPtrArray *sockets = daemons->launch->sockets;

	for (unsigned i = 0; i < sockets->len; i++) {
		const char *path = sockets->pdata[i];

		if (!wait_for_socket(daemons, path)) {
			g_autofree char *words = daemons_last_words(daemons);
			g_autofree char *end = daemons_first_end(daemons);

			g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
				    "no daemon opened %s%s%s%s%s", path, end ? ": " : "",
				    end ? end : "", *words ? ":\n" : "", words);
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean start_one(struct daemons *daemons, char *const *command, GError **error)
{
	const struct launch *launch = daemons->launch;
	struct process_order order = {.command = command, .environment = launch->environment};
	struct daemon *daemon = g_new0(struct daemon, 1);
	g_autofree char *base = g_strdup_printf("daemon%u.out", daemons->each->len);

	daemon->output = g_build_filename(launch->directory, base, NULL);
	daemon->name = g_path_get_basename(*command);
	daemon->process = process_start_into(&order, daemon->output, error);
	g_ptr_array_add(daemons->each, daemon);
	return daemon->process != NULL;
}

struct daemons *daemons_start(const struct launch *launch, GError **error)
{
	struct daemons *daemons = g_new0(struct daemons, 1);
	gboolean fine = TRUE;

	daemons->launch = launch;
	daemons->each = g_ptr_array_new_with_free_func(daemon_free);
	for (unsigned i = 0; i < launch->sockets->len; i++)
		g_unlink(launch->sockets->pdata[i]);
	for (unsigned i = 0; fine && i < launch->daemons->len; i++)
		fine = start_one(daemons, launch->daemons->pdata[i], error);
	if (fine && wait_for_sockets(daemons, error))
		return daemons;
	daemons_end(daemons);
	return NULL;
}
