/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program answers a guest by itself, without the VMM. */
#include "host/session/course.h"

#include <string.h>

#include <glib/gstdio.h>

#include "host/record/records.h"
#include "host/session/session.h"
#include "host/system/process.h"

/* The program answers `settle` itself: all is heard of what daemons did by now. */
static char *settle(struct course *course, struct boot *boot, JsonObject *ask)
{
	g_autofree char *trouble = daemons_settle(course->daemons);

	boot_settle(boot, trouble);
	return g_strdup_printf("told %" G_GINT64_FORMAT " ok", record_number(ask, "id", 0));
}

/* Why the daemon of a device cannot go and come back; NULL when it can. */
static const char *obstacle_to_moving(const struct session *session,
				      const struct launch_device *device)
{
	if (!device || !device->daemon || !device->socket)
		return "no daemon of this program serves the device";
	return session->launch->reconnects
		       ? NULL
		       : "the VMM does not connect again to a daemon (--reconnect)";
}

/* `stop` and `start`: the daemon that serves a device goes and comes back, while the guest lives. FALSE with error set. */
static gboolean move_daemon(struct course *course, const struct launch_device *device,
			    gboolean stop, GError **error)
{
	const char *obstacle = obstacle_to_moving(course->session, device);

	if (obstacle) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s", obstacle);
		return FALSE;
	}
	if (!stop)
		return daemons_come_back(course->daemons, device->daemon, device->socket,
					 course->session->cancel, error);
	g_unlink(device->socket);
	daemons_stop(course->daemons, device->daemon);
	return TRUE;
}

/* A device whose daemon did not come back is no good any more. */
static char *move(struct course *course, struct boot *boot, JsonObject *ask, gboolean stop)
{
	g_autoptr(GError) error = NULL;
	const struct launch_device *device =
		verbs_device(course->verbs, record_text(ask, "device"));
	gboolean fine = move_daemon(course, device, stop, &error);

	if (!fine && daemons_were_stopped(course->daemons))
		boot_settle(boot, error->message);
	return g_strdup_printf("told %" G_GINT64_FORMAT " %s %s", record_number(ask, "id", 0),
			       fine ? "ok" : "refused", fine ? "" : error->message);
}

/* `enough`: a guest that measures until somebody has enough. */
static char *answer_enough(struct course *course, JsonObject *ask)
{
	gboolean over = g_cancellable_is_cancelled(course->session->cancel);

	course->asked = g_get_monotonic_time();
	return g_strdup_printf("told %" G_GINT64_FORMAT " %s", record_number(ask, "id", 0),
			       over ? "ok" : "refused not yet");
}

/* `usage`: what the VMM has taken of the host, and others since this was asked last. The caller owns the answer. */
static char *answer_usage(struct course *course, const struct boot *boot, JsonObject *ask)
{
	struct process_usage usage = boot_usage(boot);
	gint64 now = g_get_monotonic_time(), machine = process_machine_time();
	gint64 others = machine - course->machine - (usage.computed - course->computed);
	gint64 passed = MAX(now - course->used, 1);
	g_autofree char *exits = usage.exits < 0
					 ? g_strdup("")
					 : g_strdup_printf(" exits=%" G_GINT64_FORMAT, usage.exits);

	course->used = now;
	course->machine = machine;
	course->computed = usage.computed;
	return g_strdup_printf("told %" G_GINT64_FORMAT " ok cpu_us=%" G_GINT64_FORMAT
			       " memory_kib=%" G_GINT64_FORMAT " cpus=%u others=%" G_GINT64_FORMAT
			       "%s",
			       record_number(ask, "id", 0), usage.computed, usage.memory,
			       g_get_num_processors(), MAX(others, 0) * 1000 / passed, exits);
}

char *course_answer(struct course *course, struct boot *boot, JsonObject *ask)
{
	const char *verb = record_text(ask, "verb");

	if (strcmp(verb, "settle") == 0)
		return settle(course, boot, ask);
	if (strcmp(verb, "usage") == 0)
		return answer_usage(course, boot, ask);
	if (strcmp(verb, "enough") == 0)
		return answer_enough(course, ask);
	if (strcmp(verb, "stop") == 0 || strcmp(verb, "start") == 0)
		return move(course, boot, ask, strcmp(verb, "stop") == 0);
	return NULL;
}
