/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/hearing.h"

#include <fcntl.h>

#include <gio/gunixinputstream.h>

#define PIPE_SIZE (1 << 20)

/*
 * A console hands over byte by byte. Who reads each at once takes turns with the VMM on the processor;
 * who waits a moment between reads lets it work.
 */
#define PAUSE_MS 3

static gssize read_now(GInputStream *stream, char *bytes, gsize size)
{
	return g_pollable_input_stream_read_nonblocking(G_POLLABLE_INPUT_STREAM(stream), bytes,
							size, NULL, NULL);
}

void hearing_drain(struct hearing *hearing)
{
	g_autoptr(GInputStream) stream = g_object_ref(hearing->stream);
	char bytes[HEARING_BYTES];
	gssize length, all = 0;

	/* With what it said the process may have been left for another. */
	while (all <= PIPE_SIZE && hearing->stream == stream &&
	       (length = read_now(stream, bytes, sizeof(bytes))) > 0) {
		hearing->take(bytes, (gsize)length, hearing->context);
		all += length;
	}
}

static void read_more(struct hearing *hearing);

/* Nothing waits for more of it. */
static void leave_source(struct hearing *hearing)
{
	if (hearing->source)
		g_source_destroy(hearing->source);
	g_clear_pointer(&hearing->source, g_source_unref);
}

static gboolean read_after_pause(void *context)
{
	struct hearing *hearing = context;

	hearing->pause = 0;
	read_more(hearing);
	return G_SOURCE_REMOVE;
}

/*
 * What is there; where nothing comes any more, it is over. Nothing is ever read ahead: who drains an output in between
 * would take what comes later first.
 */
static gboolean take_what_is_there(GObject *source, void *context)
{
	struct hearing *hearing = context;
	g_autoptr(GError) error = NULL;
	gssize length;

	if (hearing->first)
		hearing->first(hearing->context);
	/* With that the process may have been left for another, of which others wait. */
	if (hearing->stream != G_INPUT_STREAM(source))
		return G_SOURCE_REMOVE;
	length = g_pollable_input_stream_read_nonblocking(G_POLLABLE_INPUT_STREAM(source),
							  hearing->buffer, HEARING_BYTES,
							  hearing->cancel, &error);
	/* It may have been drained already. */
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
		return G_SOURCE_CONTINUE;
	if (length <= 0) {
		hearing->open = FALSE;
		leave_source(hearing);
		hearing->over(hearing->context);
		return G_SOURCE_REMOVE;
	}
	hearing->take(hearing->buffer, (gsize)length, hearing->context);
	if (hearing->stream != G_INPUT_STREAM(source))
		return G_SOURCE_REMOVE;
	if (length == HEARING_BYTES)
		return G_SOURCE_CONTINUE;
	leave_source(hearing);
	hearing->pause = g_timeout_add(PAUSE_MS, read_after_pause, hearing);
	return G_SOURCE_REMOVE;
}

static void read_more(struct hearing *hearing)
{
	hearing->source = g_pollable_input_stream_create_source(
		G_POLLABLE_INPUT_STREAM(hearing->stream), hearing->cancel);
	g_source_set_callback(hearing->source, G_SOURCE_FUNC(take_what_is_there), hearing, NULL);
	g_source_attach(hearing->source, NULL);
}

void hearing_begin(struct hearing *hearing, GInputStream *stream)
{
	fcntl(g_unix_input_stream_get_fd(G_UNIX_INPUT_STREAM(stream)), F_SETPIPE_SZ, PIPE_SIZE);
	hearing->stream = stream;
	hearing->open = TRUE;
	read_more(hearing);
}

static gboolean take_legacy(void *context)
{
	struct hearing *hearing = context;
	g_autoptr(GByteArray) legacy = g_steal_pointer(&hearing->legacy);

	hearing->legacy_due = 0;
	hearing->take((const char *)legacy->data, legacy->len, hearing->context);
	return G_SOURCE_REMOVE;
}

static void keep_for_later(struct hearing *hearing)
{
	char bytes[HEARING_BYTES];
	gssize length, all = 0;

	if (!hearing->legacy) {
		hearing->legacy = g_byte_array_new();
		hearing->legacy_due = g_idle_add_full(G_PRIORITY_HIGH, take_legacy, hearing, NULL);
	}
	while (all <= PIPE_SIZE && (length = read_now(hearing->stream, bytes, sizeof(bytes))) > 0) {
		g_byte_array_append(hearing->legacy, (const guint8 *)bytes, (guint)length);
		all += length;
	}
}

void hearing_leave(struct hearing *hearing, gboolean later)
{
	if (later)
		keep_for_later(hearing);
	else
		hearing_drain(hearing);
	leave_source(hearing);
	if (hearing->pause)
		g_source_remove(hearing->pause);
	hearing->pause = 0;
	hearing->open = FALSE;
}

void hearing_end(struct hearing *hearing)
{
	if (!hearing->legacy_due)
		return;
	g_source_remove(hearing->legacy_due);
	take_legacy(hearing);
}
