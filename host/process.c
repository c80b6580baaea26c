/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/process.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Between fork and exec: only what is safe there. */
static void set_up_child(void *unused)
{
	(void)unused;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static struct process *spawn(GSubprocessLauncher *launcher, char *const *command, GError **error)
{
	GSubprocess *child;

	g_subprocess_launcher_set_child_setup(launcher, set_up_child, NULL, NULL);
	child = g_subprocess_launcher_spawnv(launcher, (const char *const *)command, error);
	if (!child)
		return NULL;

	struct process *process = g_new0(struct process, 1);
	const char *identifier = g_subprocess_get_identifier(child);

	process->child = child;
	process->group = identifier ? atoi(identifier) : 0;
	return process;
}

struct process *process_start(char *const *command, GSubprocessFlags flags, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(flags);

	return spawn(launcher, command, error);
}

struct process *process_start_into(char *const *command, const char *path, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_MERGE);

	g_subprocess_launcher_set_stdout_file_path(launcher, path);
	return spawn(launcher, command, error);
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
	g_object_unref(process->child);
	g_free(process);
}

/*
 * CPU time of the process whose /proc/<pid>/stat this is, when it belongs to the group; else 0.
 * The second field is the name in brackets and may hold anything: fields count from the last
 * bracket: 0 state, 2 group, 11 utime, 12 stime.
 */
static gint64 stat_ticks(const char *stat, GPid group)
{
	const char *fields = strrchr(stat, ')');
	g_auto(GStrv) cut = fields ? g_strsplit(fields + 2, " ", 14) : NULL;

	if (!cut || g_strv_length(cut) < 14 || atoi(cut[2]) != group)
		return 0;
	return g_ascii_strtoll(cut[11], NULL, 10) + g_ascii_strtoll(cut[12], NULL, 10);
}

gint64 process_cpu_time(const struct process *process)
{
	g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
	const char *base;
	gint64 ticks = 0;

	while (proc && (base = g_dir_read_name(proc))) {
		g_autofree char *path = g_build_filename("/proc", base, "stat", NULL);
		g_autofree char *stat = NULL;

		if (g_ascii_isdigit(*base) && g_file_get_contents(path, &stat, NULL, NULL))
			ticks += stat_ticks(stat, process->group);
	}
	return ticks * G_USEC_PER_SEC / sysconf(_SC_CLK_TCK);
}
