/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/daemons.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "host/session/tail.h"
#include "host/system/process.h"

/* How long a daemon may take until its socket is there. */
#define SOCKET_WAIT_MS 5000

/* Where a daemon's output goes. The caller owns it. */
static char *output_path(const struct launch *launch, unsigned number)
{
	g_autofree char *base = g_strdup_printf("daemon%u.out", number);

	return g_build_filename(launch->directory, base, NULL);
}

char *daemons_last_words(const struct launch *launch)
{
	struct tail tail;
	char *words;

	tail_init(&tail);
	for (unsigned i = 0; i < launch->daemons->len; i++) {
		g_autofree char *path = output_path(launch, i);
		g_autofree char *text = NULL;
		gsize length;

		if (g_file_get_contents(path, &text, &length, NULL))
			tail_add(&tail, text, length);
	}
	words = tail_text(&tail);
	tail_clear(&tail);
	return words;
}

static gboolean wait_for_socket(const char *path)
{
	for (unsigned waited = 0; waited < SOCKET_WAIT_MS; waited += 10) {
		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return TRUE;
		g_usleep(10000);
	}
	return FALSE;
}

static gboolean wait_for_sockets(const struct launch *launch, GError **error)
{
	for (unsigned i = 0; i < launch->sockets->len; i++) {
		const char *path = launch->sockets->pdata[i];

		if (!wait_for_socket(path)) {
			g_autofree char *words = daemons_last_words(launch);

			g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
				    "no daemon opened %s%s%s", path, *words ? ":\n" : "", words);
			return FALSE;
		}
	}
	return TRUE;
}

GPtrArray *daemons_start(const struct launch *launch, GError **error)
{
	g_autoptr(GPtrArray) daemons = g_ptr_array_new_with_free_func((GDestroyNotify)process_end);

	for (unsigned i = 0; i < launch->sockets->len; i++)
		g_unlink(launch->sockets->pdata[i]);
	for (unsigned i = 0; i < launch->daemons->len; i++) {
		g_autofree char *output = output_path(launch, i);
		struct process_order order = {.command = launch->daemons->pdata[i],
					      .environment = launch->environment};
		struct process *daemon = process_start_into(&order, output, error);

		if (!daemon)
			return NULL;
		g_ptr_array_add(daemons, daemon);
	}
	return wait_for_sockets(launch, error) ? g_steal_pointer(&daemons) : NULL;
}
