/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/interruption.h"

#include <signal.h>

#include <glib-unix.h>

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
	return caught_signal;
}

static gboolean catch_signal(void *context)
{
	caught_signal = GPOINTER_TO_INT(context);
	g_cancellable_cancel(interruption());
	return G_SOURCE_CONTINUE;
}

void interruption_prepare(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	for (unsigned i = 0; i < G_N_ELEMENTS(signals); i++)
		g_unix_signal_add(signals[i], catch_signal, GINT_TO_POINTER(signals[i]));
}
