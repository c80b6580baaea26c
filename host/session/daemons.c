/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/daemons.h"

#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "host/session/tail.h"
#include "host/system/process.h"

/* How long a daemon may take until its socket is there. */
#define SOCKET_WAIT_MS 5000

#define READ_SIZE      4096

/* How much later than a daemon the console may be read, on a busy host. */
#define MOMENT_US 100000

/* How long a socket may have its name before it is taken for one that listens. */
#define PATIENCE_MS 500

/* States of a socket in /proc/net/unix, and one of its flags. */
#define CONNECTING 2 /* nobody has accepted it yet */
#define CONNECTED  3
#define LISTENING  0x10000

/* One of them. It gets a pipe for what it says: some do not bear a file. */
struct daemon {
	struct process *process;
	char *name; /* of its program */
	struct transcript *transcript;
	struct tail said;
	gint64 settled; /* bytes of it that were heard when the guest stood still; 0: it never did */
	unsigned threads; /* that it had then */
	gboolean away;    /* it was ended on purpose */
	GSource *hearing;
};

struct daemons {
	const struct launch *launch;
	struct transcript *transcript; /* or NULL */
	GPtrArray *each;               /* struct daemon */
	GPtrArray *listening; /* char *: their sockets, by the names that they have given to them */
	unsigned connections; /* that their sockets had when last looked at */
	gboolean stopped;     /* one of them, since daemons_mark() */
};

static GPollableInputStream *output_of(const struct daemon *daemon)
{
	return G_POLLABLE_INPUT_STREAM(g_subprocess_get_stdout_pipe(daemon->process->child));
}

/* Takes what it has printed by now. FALSE when it can say no more. */
static gboolean hear(struct daemon *daemon)
{
	char bytes[READ_SIZE];
	gssize length;
	g_autoptr(GError) error = NULL;

	if (daemon->away)
		return FALSE;
	while ((length = g_pollable_input_stream_read_nonblocking(
			output_of(daemon), bytes, sizeof(bytes), NULL, &error)) > 0) {
		tail_add(&daemon->said, bytes, (gsize)length);
		transcript_add(daemon->transcript, daemon->name, bytes, (gsize)length);
	}
	return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

static gboolean hear_more(GObject *output, void *daemon)
{
	return hear(daemon) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void end_process(struct daemon *daemon)
{
	if (!daemon->process)
		return;
	g_source_destroy(daemon->hearing);
	g_source_unref(daemon->hearing);
	process_end(daemon->process);
	daemon->process = NULL;
}

static void daemon_free(void *data)
{
	struct daemon *daemon = data;

	end_process(daemon);
	tail_clear(&daemon->said);
	g_free(daemon->name);
	g_free(daemon);
}

void daemons_end(struct daemons *daemons)
{
	if (!daemons)
		return;
	g_ptr_array_unref(daemons->each);
	g_ptr_array_unref(daemons->listening);
	g_free(daemons);
}

/* What each says of what it has printed, one behind the other. */
static char *join(const struct daemons *daemons, char *(*words)(const struct tail *said))
{
	GString *all = g_string_new(NULL);

	for (unsigned i = 0; i < daemons->each->len; i++) {
		struct daemon *daemon = daemons->each->pdata[i];
		g_autofree char *own = NULL;

		hear(daemon);
		own = words(&daemon->said);
		g_string_append_printf(all, "%s%s", all->len && *own ? "\n" : "", own);
	}
	return g_string_free(all, FALSE);
}

char *daemons_last_words(const struct daemons *daemons)
{
	return join(daemons, tail_text);
}

void daemons_mark(struct daemons *daemons)
{
	gint64 now = g_get_monotonic_time();

	daemons->stopped = FALSE;
	/* Records come late: what was heard a moment ago, or waits to be read, may well belong to what follows. */
	for (unsigned i = 0; i < daemons->each->len; i++) {
		struct daemon *daemon = daemons->each->pdata[i];

		if (daemon->settled)
			daemon->said.mark = daemon->settled;
		else if (now - daemon->said.added > MOMENT_US)
			tail_mark(&daemon->said);
	}
}

/* The ends of Unix sockets that bear a name (proc(5)): who accepts a connection gives it that of the socket. */
struct ends {
	unsigned listening, connected;
};

static struct ends count_ends(const char *name)
{
	g_autofree char *table = NULL;
	g_auto(GStrv) lines = NULL;
	struct ends ends = {0};

	if (!g_file_get_contents("/proc/net/unix", &table, NULL, NULL))
		return ends;
	lines = g_strsplit(table, "\n", 0);
	for (char **line = lines; *line; line++) {
		unsigned flags, state;
		int path = 0;

		if (sscanf(*line, "%*s %*s %*s %x %*s %x %*s %n", &flags, &state, &path) != 2 ||
		    !path || strcmp(*line + path, name) != 0)
			continue;
		ends.listening += (flags & LISTENING) != 0;
		ends.connected += state == CONNECTED || state == CONNECTING;
	}
	return ends;
}

static unsigned count_connections(const GPtrArray *sockets)
{
	unsigned count = 0;

	for (unsigned i = 0; i < sockets->len; i++)
		count += count_ends(sockets->pdata[i]).connected;
	return count;
}

/* A thread that serves a queue may end over what it met there, and the daemon live on. */
static void note_lost_threads(struct daemon *daemon)
{
	unsigned threads = daemon->away ? 0 : process_threads(daemon->process);

	if (threads && threads < daemon->threads) {
		g_autofree char *words = g_strdup_printf("(of its %u threads %u live on)\n",
							 daemon->threads, threads);

		tail_add(&daemon->said, words, strlen(words));
	}
	daemon->threads = threads;
}

char *daemons_settle(struct daemons *daemons)
{
	unsigned before = daemons->connections;

	for (unsigned i = 0; i < daemons->each->len; i++) {
		struct daemon *daemon = daemons->each->pdata[i];

		hear(daemon);
		note_lost_threads(daemon);
		daemon->settled = daemon->said.total;
	}
	daemons->connections = count_connections(daemons->listening);
	return daemons->connections < before ? g_strdup("its connection is gone") : NULL;
}

char *daemons_said(const struct daemons *daemons)
{
	return join(daemons, tail_since_mark);
}

char *daemons_first_end(const struct daemons *daemons)
{
	for (unsigned i = 0; i < daemons->each->len; i++) {
		const struct daemon *daemon = daemons->each->pdata[i];
		g_autofree char *how = daemon->away ? NULL : process_end_words(daemon->process);

		if (how)
			return g_strdup_printf("the daemon '%s' %s", daemon->name, how);
	}
	return NULL;
}

char *daemons_name(const struct daemons *daemons)
{
	const GPtrArray *foreign = daemons->launch->foreign;

	if (daemons->each->len + foreign->len == 0)
		return NULL;
	if (daemons->each->len + foreign->len > 1)
		return g_strdup("one of the daemons");
	if (foreign->len)
		return g_strdup_printf("the daemon at %s", (const char *)foreign->pdata[0]);
	return g_strdup_printf("the daemon '%s'",
			       ((const struct daemon *)daemons->each->pdata[0])->name);
}

gboolean daemons_are_ours(const struct daemons *daemons)
{
	return daemons->launch->foreign->len == 0;
}

/* A socket has its name a moment before it listens; one of another network namespace is never seen to. */
static gboolean listens(const char *path, unsigned waited)
{
	return g_file_test(path, G_FILE_TEST_EXISTS) &&
	       (waited >= PATIENCE_MS || count_ends(path).listening);
}

static gboolean note_socket(struct daemons *daemons, const char *path)
{
	if (!g_ptr_array_find_with_equal_func(daemons->listening, path, g_str_equal, NULL))
		g_ptr_array_add(daemons->listening, g_strdup(path));
	return TRUE;
}

/* Some put an index behind the name that they are given: the name leads there, too, then. */
static gboolean is_ready(struct daemons *daemons, const char *path, unsigned waited)
{
	g_autofree char *indexed = g_strconcat(path, "0", NULL);

	if (listens(path, waited))
		return note_socket(daemons, path);
	return listens(indexed, waited) && symlink(indexed, path) == 0 &&
	       note_socket(daemons, indexed);
}

static gboolean wait_for_socket(struct daemons *daemons, const char *path, GCancellable *cancel)
{
	for (unsigned waited = 0; waited < SOCKET_WAIT_MS; waited += 10) {
		g_autofree char *end = daemons_first_end(daemons);

		if (is_ready(daemons, path, waited))
			return TRUE;
		if (end || g_cancellable_is_cancelled(cancel))
			return FALSE;
		g_usleep(10000);
	}
	return FALSE;
}

static gboolean wait_for_sockets(struct daemons *daemons, const GPtrArray *sockets,
				 GCancellable *cancel, GError **error)
{
	for (unsigned i = 0; i < sockets->len; i++) {
		const char *path = sockets->pdata[i];

		if (!wait_for_socket(daemons, path, cancel)) {
			g_autofree char *words = daemons_last_words(daemons);
			g_autofree char *end = daemons_first_end(daemons);

			if (g_cancellable_set_error_if_cancelled(cancel, error))
				return FALSE;
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
				    "no daemon opened %s%s%s%s%s", path, end ? ": " : "",
				    end ? end : "", *words ? ":\n" : "", words);
			return FALSE;
		}
	}
	return TRUE;
}

/* Starts it, for the first time or again, and listens to what it says. */
static gboolean start_process(struct daemons *daemons, struct daemon *daemon, char *const *command,
			      GError **error)
{
	struct process_order order = {.command = command,
				      .environment = daemons->launch->environment};

	daemon->process = process_start_deaf(&order, error);
	if (!daemon->process)
		return FALSE;
	daemon->hearing = g_pollable_input_stream_create_source(output_of(daemon), NULL);
	g_source_set_callback(daemon->hearing, G_SOURCE_FUNC(hear_more), daemon, NULL);
	g_source_attach(daemon->hearing, NULL);
	return TRUE;
}

static gboolean start_one(struct daemons *daemons, char *const *command, GError **error)
{
	struct daemon *daemon = g_new0(struct daemon, 1);

	daemon->name = g_path_get_basename(*command);
	daemon->transcript = daemons->transcript;
	tail_init(&daemon->said);
	g_ptr_array_add(daemons->each, daemon);
	return start_process(daemons, daemon, command, error);
}

void daemons_stop(struct daemons *daemons, unsigned number)
{
	struct daemon *daemon = daemons->each->pdata[number - 1];

	hear(daemon);
	daemons->connections = count_connections(daemons->listening);
	daemon->away = daemons->stopped = TRUE;
	end_process(daemon);
}

gboolean daemons_come_back(struct daemons *daemons, unsigned number, const char *socket,
			   GCancellable *cancel, GError **error)
{
	struct daemon *daemon = daemons->each->pdata[number - 1];
	g_autoptr(GPtrArray) sockets = g_ptr_array_new();

	g_ptr_array_add(sockets, (char *)socket);
	if (!start_process(daemons, daemon, daemons->launch->daemons->pdata[number - 1], error))
		return FALSE;
	daemon->away = FALSE;
	daemon->threads = 0;
	if (!wait_for_sockets(daemons, sockets, cancel, error))
		return FALSE;
	for (unsigned waited = 0; waited < SOCKET_WAIT_MS; waited += 10) {
		if (count_connections(daemons->listening) >= daemons->connections)
			return TRUE;
		g_usleep(10000);
	}
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
		    "it was started again, and the VMM does not connect to it");
	return FALSE;
}

gboolean daemons_were_stopped(const struct daemons *daemons)
{
	return daemons->stopped;
}

struct daemons *daemons_start(const struct launch *launch, struct transcript *transcript,
			      GCancellable *cancel, GError **error)
{
	struct daemons *daemons = g_new0(struct daemons, 1);
	gboolean fine = TRUE;

	daemons->launch = launch;
	daemons->transcript = transcript;
	daemons->each = g_ptr_array_new_with_free_func(daemon_free);
	daemons->listening = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < launch->sockets->len; i++)
		g_unlink(launch->sockets->pdata[i]);
	for (unsigned i = 0; fine && i < launch->daemons->len; i++)
		fine = start_one(daemons, launch->daemons->pdata[i], error);
	if (fine && wait_for_sockets(daemons, launch->sockets, cancel, error) &&
	    wait_for_sockets(daemons, launch->foreign, cancel, error))
		return daemons;
	daemons_end(daemons);
	return NULL;
}
