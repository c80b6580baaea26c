/* SPDX-License-Identifier: BSD-2-Clause */
/* A VMM that answers late: no answer is taken for that to another command, and other things are done meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "host/session/control.h"

static void say(GSocketConnection *connection, const char *text)
{
	GOutputStream *output = g_io_stream_get_output_stream(G_IO_STREAM(connection));

	g_output_stream_write_all(output, text, strlen(text), NULL, NULL, NULL);
}

/* Its status it tells together with what it is asked next, and an event. */
static gpointer serve(gpointer listener)
{
	g_autoptr(GSocketConnection) connection =
		g_socket_listener_accept(listener, NULL, NULL, NULL);
	g_autoptr(GDataInputStream) input =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	char *line;

	say(connection, "{\"QMP\":{}}\n");
	for (unsigned n = 1; (line = g_data_input_stream_read_line(input, NULL, NULL, NULL)); n++) {
		g_autofree char *answer =
			g_strdup_printf("{\"return\":{\"number\":%u},\"id\":%u}\n", n, n);

		g_free(line);
		if (n == 2)
			continue;
		if (n == 3)
			say(connection, "{\"return\":{\"status\":\"internal-error\"},\"id\":2}\n"
					"{\"event\":\"RESET\"}\n");
		say(connection, answer);
	}
	return NULL;
}

/* A VMM that a thread is, and the connection to it. */
struct acted {
	char *folder, *path;
	GSocketListener *listener;
	GThread *vmm;
	struct control *control;
};

static void act(struct acted *acted, GThreadFunc vmm, void (*meanwhile)(void *context),
		void *context)
{
	g_autoptr(GSocketAddress) address = NULL;

	acted->folder = g_dir_make_tmp("virtproof-control-XXXXXX", NULL);
	acted->path = g_build_filename(acted->folder, "qmp", NULL);
	acted->listener = g_socket_listener_new();
	address = g_unix_socket_address_new(acted->path);
	assert_true(g_socket_listener_add_address(acted->listener, address, G_SOCKET_TYPE_STREAM,
						  G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, NULL));
	acted->vmm = g_thread_new("vmm", vmm, acted->listener);
	acted->control = control_open(acted->path, meanwhile, context, NULL);
	assert_non_null(acted->control);
}

static void act_no_more(struct acted *acted)
{
	control_close(acted->control);
	g_thread_join(acted->vmm);
	g_object_unref(acted->listener);
	g_unlink(acted->path);
	g_rmdir(acted->folder);
	g_free(acted->path);
	g_free(acted->folder);
}

static void late_answers_are_passed_over(void **state)
{
	g_autoptr(JsonNode) command = json_from_string("{\"execute\":\"stop\"}", NULL);
	g_autoptr(JsonNode) number = json_from_string("7", NULL);
	g_autoptr(GError) error = NULL;
	struct acted acted;

	act(&acted, serve, NULL, NULL);
	assert_null(control_trouble(acted.control));
	for (gint64 n = 3; n < 5; n++) {
		g_autoptr(JsonNode) result = control_execute(acted.control, command, &error);

		assert_non_null(result);
		assert_int_equal(json_object_get_int_member(json_node_get_object(result), "number"),
				 n);
	}
	assert_null(control_execute(acted.control, number, &error));
	assert_string_equal(error->message, "a command is an object: {\"execute\":…}");
	act_no_more(&acted);
}

static gint read_elsewhere;

/* It answers when it has got rid of what it says elsewhere. */
static gpointer serve_a_babbler(gpointer listener)
{
	g_autoptr(GSocketConnection) connection =
		g_socket_listener_accept(listener, NULL, NULL, NULL);
	g_autoptr(GDataInputStream) input =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	char *line;

	say(connection, "{\"QMP\":{}}\n");
	for (unsigned n = 1; (line = g_data_input_stream_read_line(input, NULL, NULL, NULL)); n++) {
		g_autofree char *answer = g_strdup_printf("{\"return\":{},\"id\":%u}\n", n);

		g_free(line);
		while (g_atomic_int_get(&read_elsewhere) < 3)
			g_usleep(1000);
		say(connection, answer);
	}
	return NULL;
}

static void read_it(void *context)
{
	g_atomic_int_inc((gint *)context);
}

static void other_things_are_done_meanwhile(void **state)
{
	g_autoptr(JsonNode) command = json_from_string("{\"execute\":\"stop\"}", NULL);
	g_autoptr(GError) error = NULL;
	struct acted acted;

	act(&acted, serve_a_babbler, read_it, &read_elsewhere);

	g_autoptr(JsonNode) result = control_execute(acted.control, command, &error);

	assert_non_null(result);
	act_no_more(&acted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_answers_are_passed_over),
		cmocka_unit_test(other_things_are_done_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
