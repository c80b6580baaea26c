/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/system/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>

/* Between fork and exec: only what is safe there. */
static void set_up_child(void *unused)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGXFSZ, SIG_DFL);
}

static struct process *spawn(GSubprocessLauncher *launcher, const struct process_order *order,
			     GError **error)
{
	GSubprocess *child;

	g_subprocess_launcher_set_child_setup(launcher, set_up_child, NULL, NULL);
	if (order->environment)
		g_subprocess_launcher_set_environ(launcher, (char **)order->environment);
	child = g_subprocess_launcher_spawnv(launcher, (const char *const *)order->command, error);
	if (!child)
		return NULL;

	struct process *process = g_new0(struct process, 1);
	const char *identifier = g_subprocess_get_identifier(child);

	process->child = child;
	process->group = identifier ? atoi(identifier) : 0;
	return process;
}

/*
 * A terminal: its far end is what the child reads, raw, so that nothing is echoed or held back. The near
 * end, or -1 with error set.
 */
static int open_terminal(int *far, GError **error)
{
	int near = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	struct termios settings;

	*far = near >= 0 && grantpt(near) == 0 && unlockpt(near) == 0
		       ? open(ptsname(near), O_RDWR | O_NOCTTY | O_CLOEXEC)
		       : -1;
	if (*far < 0) {
		g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno),
			    "there is no terminal to be had: %s", g_strerror(errno));
		if (near >= 0)
			close(near);
		return -1;
	}
	tcgetattr(*far, &settings);
	cfmakeraw(&settings);
	tcsetattr(*far, TCSANOW, &settings);
	return near;
}

struct process *process_start(const struct process_order *order, GError **error)
{
	GSubprocessFlags pipes = G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE;
	g_autoptr(GSubprocessLauncher) launcher = NULL;
	g_autoptr(GOutputStream) input = NULL;
	struct process *process;

	if (!order->terminal)
		pipes |= G_SUBPROCESS_FLAGS_STDIN_PIPE;
	launcher = g_subprocess_launcher_new(pipes);
	if (order->terminal) {
		int far, near = open_terminal(&far, error);

		if (near < 0)
			return NULL;
		input = g_unix_output_stream_new(near, TRUE);
		g_subprocess_launcher_take_stdin_fd(launcher, far);
	}
	process = spawn(launcher, order, error);
	if (process)
		process->input = input ? g_steal_pointer(&input)
				       : g_object_ref(g_subprocess_get_stdin_pipe(process->child));
	return process;
}

struct process *process_start_into(const struct process_order *order, const char *path,
				   GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_MERGE);

	/* Not every GLib truncates it. */
	g_unlink(path);
	g_subprocess_launcher_set_stdout_file_path(launcher, path);
	return spawn(launcher, order, error);
}

struct process *process_start_deaf(const struct process_order *order, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);

	return spawn(launcher, order, error);
}

/* What is said by a process that is heard out. */
struct hearing {
	struct process *process;
	GCancellable *given_up;
	char *text;
	gboolean done, late;
};

static void take_text(GObject *child, GAsyncResult *outcome, void *context)
{
	struct hearing *hearing = context;
	g_autoptr(GBytes) bytes = NULL;

	g_subprocess_communicate_finish(G_SUBPROCESS(child), outcome, &bytes, NULL, NULL);
	if (bytes && g_bytes_get_size(bytes))
		hearing->text = g_utf8_make_valid(g_bytes_get_data(bytes, NULL),
						  (gssize)g_bytes_get_size(bytes));
	else if (bytes)
		hearing->text = g_strdup("");
	hearing->done = TRUE;
}

static gboolean give_up_hearing(struct hearing *hearing)
{
	process_kill(hearing->process);
	g_cancellable_cancel(hearing->given_up);
	return G_SOURCE_REMOVE;
}

static gboolean is_late(void *hearing)
{
	((struct hearing *)hearing)->late = TRUE;
	return give_up_hearing(hearing);
}

static gboolean is_unwanted(GCancellable *cancel, void *hearing)
{
	return give_up_hearing(hearing);
}

/* Attached for as long as it is heard out. */
static GSource *attach(GSource *source, GSourceFunc act, struct hearing *hearing,
		       GMainContext *loop)
{
	g_source_set_callback(source, act, hearing, NULL);
	g_source_attach(source, loop);
	return source;
}

static void detach(GSource *source)
{
	g_source_destroy(source);
	g_source_unref(source);
}

/* In a loop of its own: nothing else goes on meanwhile. */
static void hear_process(struct hearing *hearing, unsigned seconds, GCancellable *cancel)
{
	g_autoptr(GMainContext) loop = g_main_context_new();
	GSource *limit = attach(g_timeout_source_new_seconds(seconds), is_late, hearing, loop);
	GSource *wish = cancel ? attach(g_cancellable_source_new(cancel),
					G_SOURCE_FUNC(is_unwanted), hearing, loop)
			       : NULL;

	g_main_context_push_thread_default(loop);
	g_subprocess_communicate_async(hearing->process->child, NULL, hearing->given_up, take_text,
				       hearing);
	while (!hearing->done)
		g_main_context_iteration(loop, TRUE);
	g_main_context_pop_thread_default(loop);
	detach(limit);
	if (wish)
		detach(wish);
}

char *process_hear_out(const struct process_order *order, unsigned seconds, gboolean *fine,
		       GCancellable *cancel, GError **error)
{
	struct hearing hearing = {.process = process_start_deaf(order, error)};

	if (!hearing.process)
		return NULL;
	hearing.given_up = g_cancellable_new();
	hear_process(&hearing, seconds, cancel);
	/* What was said before it was killed is not all. */
	if (g_cancellable_is_cancelled(hearing.given_up))
		g_clear_pointer(&hearing.text, g_free);
	*fine = hearing.text && g_subprocess_get_successful(hearing.process->child);
	if (!hearing.text)
		g_set_error(error, G_IO_ERROR,
			    hearing.late ? G_IO_ERROR_TIMED_OUT : G_IO_ERROR_CANCELLED,
			    hearing.late ? "'%s' did not end within %u seconds"
					 : "'%s' was interrupted",
			    *order->command, seconds);
	process_end(hearing.process);
	g_object_unref(hearing.given_up);
	return hearing.text;
}

void process_kill(struct process *process)
{
	if (process->group > 0)
		kill(-process->group, SIGKILL);
	g_subprocess_force_exit(process->child);
}

void process_end(struct process *process)
{
	if (!process)
		return;
	process_kill(process);
	g_subprocess_wait(process->child, NULL, NULL);
	g_clear_object(&process->input);
	g_object_unref(process->child);
	g_free(process);
}

char *process_end_words(const struct process *process)
{
	GSubprocess *child = process->child;

	if (g_subprocess_get_identifier(child))
		return NULL;
	if (g_subprocess_get_if_signaled(child))
		return g_strdup_printf("was killed by signal %d (%s)",
				       g_subprocess_get_term_sig(child),
				       strsignal(g_subprocess_get_term_sig(child)));
	return g_strdup_printf("ended with status %d", g_subprocess_get_exit_status(child));
}

unsigned process_threads(const struct process *process)
{
	const char *pid = g_subprocess_get_identifier(process->child);
	g_autofree char *path = pid ? g_build_filename("/proc", pid, "task", NULL) : NULL;
	g_autoptr(GDir) tasks = path ? g_dir_open(path, 0, NULL) : NULL;
	unsigned count = 0;

	while (tasks && g_dir_read_name(tasks))
		count++;
	return count;
}

/* The parent and the group of a process, by its /proc/<pid>/stat: what stands behind the name in brackets. */
static GPid group_of(const char *pid, GPid *parent)
{
	g_autofree char *path = g_build_filename("/proc", pid, "stat", NULL);
	g_autofree char *stat = NULL;
	const char *fields = NULL;
	int group = 0;

	*parent = 0;
	if (g_file_get_contents(path, &stat, NULL, NULL))
		fields = strrchr(stat, ')');
	if (!fields || sscanf(fields, ") %*c %d %d", parent, &group) != 2)
		return 0;
	return group;
}

/* Our children: pid to nothing. */
static GHashTable *find_children(void)
{
	GHashTable *children = g_hash_table_new(NULL, NULL);
	g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
	const char *base;

	while (proc && (base = g_dir_read_name(proc))) {
		GPid parent = 0;

		if (g_ascii_isdigit(*base))
			group_of(base, &parent);
		if (parent == getpid())
			g_hash_table_add(children, GINT_TO_POINTER(atoi(base)));
	}
	return children;
}

/* A shell that became us may have left some. */
static GHashTable *inherited;

void process_adopt(void)
{
	inherited = find_children();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* Each that goes may leave us children of its own. */
static gboolean sweep_once(void)
{
	g_autoptr(GHashTable) children = find_children();
	GHashTableIter iterator;
	void *pid;
	gboolean any = FALSE;

	g_hash_table_iter_init(&iterator, children);
	while (g_hash_table_iter_next(&iterator, &pid, NULL)) {
		if (g_hash_table_contains(inherited, pid))
			continue;
		kill(GPOINTER_TO_INT(pid), SIGKILL);
		waitpid(GPOINTER_TO_INT(pid), NULL, 0);
		any = TRUE;
	}
	return any;
}

void process_sweep(void)
{
	while (inherited && sweep_once())
		;
}

/* Adds what the threads of a process have computed, and waited for a processor, in nanoseconds. */
static void add_times(const char *pid, gint64 *computed, gint64 *waited)
{
	g_autofree char *tasks_path = g_build_filename("/proc", pid, "task", NULL);
	g_autoptr(GDir) tasks = g_dir_open(tasks_path, 0, NULL);
	const char *task;

	while (tasks && (task = g_dir_read_name(tasks))) {
		g_autofree char *path = g_build_filename(tasks_path, task, "schedstat", NULL);
		g_autofree char *text = NULL;
		gint64 ran = 0, stood = 0;

		if (g_file_get_contents(path, &text, NULL, NULL) &&
		    sscanf(text, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, &ran, &stood) == 2) {
			*computed += ran;
			*waited += stood;
		}
	}
}

/* The processes of a group: char *, as /proc has them. The caller owns the array, and that the names. */
static GPtrArray *members_of(GPid group)
{
	GPtrArray *members = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
	const char *base;

	while (proc && (base = g_dir_read_name(proc))) {
		GPid parent;

		if (g_ascii_isdigit(*base) && group_of(base, &parent) == group)
			g_ptr_array_add(members, g_strdup(base));
	}
	return members;
}

gint64 process_busy_time(const struct process *process)
{
	g_autoptr(GPtrArray) members = members_of(process->group);
	gint64 computed = 0, waited = 0;

	for (unsigned i = 0; i < members->len; i++)
		add_times(members->pdata[i], &computed, &waited);
	return (computed + waited) / 1000;
}

/* The most memory that a process has had resident, in KiB. */
static gint64 memory_of(const char *pid)
{
	g_autofree char *path = g_build_filename("/proc", pid, "status", NULL);
	g_autofree char *text = NULL;
	const char *line = NULL;

	if (g_file_get_contents(path, &text, NULL, NULL))
		line = strstr(text, "VmHWM:");
	return line ? g_ascii_strtoll(line + strlen("VmHWM:"), NULL, 10) : 0;
}

#define KVM_STATISTICS "/sys/kernel/debug/kvm"

/* How often guests of a process have left KVM; -1 when that cannot be read. */
static gint64 exits_of(const char *pid)
{
	g_autoptr(GDir) guests = g_dir_open(KVM_STATISTICS, 0, NULL);
	g_autofree char *prefix = g_strconcat(pid, "-", NULL);
	const char *guest;
	gint64 exits = -1;

	while (guests && (guest = g_dir_read_name(guests))) {
		g_autofree char *path = g_build_filename(KVM_STATISTICS, guest, "exits", NULL);
		g_autofree char *text = NULL;

		if (g_str_has_prefix(guest, prefix) && g_file_get_contents(path, &text, NULL, NULL))
			exits = MAX(exits, 0) + g_ascii_strtoll(text, NULL, 10);
	}
	return exits;
}

struct process_usage process_usage(const struct process *process)
{
	g_autoptr(GPtrArray) members = members_of(process->group);
	struct process_usage usage = {.exits = -1};
	gint64 computed = 0, waited = 0;

	for (unsigned i = 0; i < members->len; i++) {
		gint64 exits = exits_of(members->pdata[i]);

		add_times(members->pdata[i], &computed, &waited);
		usage.memory += memory_of(members->pdata[i]);
		if (exits >= 0)
			usage.exits = MAX(usage.exits, 0) + exits;
	}
	usage.computed = computed / 1000;
	return usage;
}

gint64 process_machine_time(void)
{
	g_autofree char *text = NULL;
	gint64 user = 0, nice = 0, system = 0;

	if (g_file_get_contents("/proc/stat", &text, NULL, NULL))
		sscanf(text, "cpu %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
		       &user, &nice, &system);
	return (user + nice + system) * G_USEC_PER_SEC / sysconf(_SC_CLK_TCK);
}
