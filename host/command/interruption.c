/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/interruption.h"

#include <signal.h>
#include <unistd.h>

#include <glib-unix.h>

#include "host/command/commands.h"

static int caught_signal;

GCancellable *interruption(void)
{
	static GCancellable *cancel;

	if (!cancel)
		cancel = g_cancellable_new();
	return cancel;
}

int interruption_signal(void)
{
	return g_atomic_int_get(&caught_signal);
}

/* Who asks twice does not want to wait. The kernel ends the children. */
static gboolean catch_signal(void *context)
{
	if (interruption_signal())
		_exit(EXIT_BY_SIGNAL + GPOINTER_TO_INT(context));
	g_atomic_int_set(&caught_signal, GPOINTER_TO_INT(context));
	g_cancellable_cancel(interruption());
	return G_SOURCE_CONTINUE;
}

static void *wait_for_signals(void *context)
{
	for (;;)
		g_main_context_iteration(context, TRUE);
	return NULL;
}

/* In a thread of their own, for the program may wait elsewhere than in a main loop. */
void interruption_prepare(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	GMainContext *context = g_main_context_new();

	interruption();
	signal(SIGPIPE, SIG_IGN);
	for (unsigned i = 0; i < G_N_ELEMENTS(signals); i++) {
		GSource *source = g_unix_signal_source_new(signals[i]);

		g_source_set_callback(source, catch_signal, GINT_TO_POINTER(signals[i]), NULL);
		g_source_attach(source, context);
		g_source_unref(source);
	}
	g_thread_unref(g_thread_new("signals", wait_for_signals, context));
}
