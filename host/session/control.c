/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/control.h"

#include <string.h>

#include <gio/gunixsocketaddress.h>

#include "host/record/records.h"

/* The guest knows that the host is busy with what it asked for; a VMM that takes longer than this is stuck. */
#define ANSWER_SECONDS 10
/* Whoever asks whether it is stuck need not wait as long. */
#define TROUBLE_SECONDS 2
/* Between two looks at what else there is to do. */
#define MEANWHILE_US 5000

struct control {
	GSocketConnection *connection;
	GDataInputStream *input;
	gint64 commands; /* so many were sent; the id of the last */
	void (*meanwhile)(void *context);
	void *context;
};

/* Whether it answers another command: one that was given up when its time was over. */
static gboolean is_late(JsonObject *answer, gint64 id)
{
	return json_object_has_member(answer, "id") &&
	       json_object_get_int_member(answer, "id") != id;
}

/* Returns when there is something to read, or the time for that is up. */
static void wait_for_words(struct control *control)
{
	GSocket *socket = g_socket_connection_get_socket(control->connection);
	gint64 end = g_get_monotonic_time() + g_socket_get_timeout(socket) * G_USEC_PER_SEC;

	if (!control->meanwhile ||
	    g_buffered_input_stream_get_available(G_BUFFERED_INPUT_STREAM(control->input)))
		return;
	while (!g_socket_condition_timed_wait(socket, G_IO_IN, MEANWHILE_US, NULL, NULL) &&
	       g_get_monotonic_time() < end)
		control->meanwhile(control->context);
}

/* The answer to the last command, or the greeting; events are left out. NULL with error set. */
static JsonNode *read_answer(struct control *control, GError **error)
{
	for (;;) {
		wait_for_words(control);

		g_autofree char *line =
			g_data_input_stream_read_line(control->input, NULL, NULL, error);
		JsonNode *node = line ? json_from_string(line, error) : NULL;

		if (!line && error && !*error)
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_CLOSED,
				    "the control socket was closed");
		if (!node)
			return NULL;
		if (JSON_NODE_HOLDS_OBJECT(node) &&
		    !json_object_has_member(json_node_get_object(node), "event") &&
		    !is_late(json_node_get_object(node), control->commands))
			return node;
		json_node_unref(node);
	}
}

static gboolean write_line(struct control *control, JsonNode *command, GError **error)
{
	json_object_set_int_member(json_node_get_object(command), "id", ++control->commands);

	g_autofree char *text = json_to_string(command, FALSE);
	g_autofree char *line = g_strconcat(text, "\n", NULL);
	GOutputStream *output = g_io_stream_get_output_stream(G_IO_STREAM(control->connection));

	return g_output_stream_write_all(output, line, strlen(line), NULL, NULL, error);
}

JsonNode *control_execute(struct control *control, JsonNode *command, GError **error)
{
	g_autoptr(JsonNode) answer = NULL;

	if (!JSON_NODE_HOLDS_OBJECT(command)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			    "a command is an object: {\"execute\":…}");
		return NULL;
	}
	if (!write_line(control, command, error))
		return NULL;
	answer = read_answer(control, error);
	if (!answer)
		return NULL;

	JsonObject *object = json_node_get_object(answer);
	JsonObject *refusal = record_object(object, "error");

	if (json_object_has_member(object, "return"))
		return json_object_dup_member(object, "return");
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
		    refusal ? record_text(refusal, "desc") : "the answer has no meaning");
	return NULL;
}

static JsonNode *execute_text(struct control *control, const char *text, GError **error)
{
	g_autoptr(JsonNode) command = json_from_string(text, NULL);

	return control_execute(control, command, error);
}

static gboolean negotiate(struct control *control, GError **error)
{
	g_autoptr(JsonNode) greeting = read_answer(control, error);
	g_autoptr(JsonNode) answer =
		greeting ? execute_text(control, "{\"execute\":\"qmp_capabilities\"}", error)
			 : NULL;

	return answer != NULL;
}

struct control *control_open(const char *path, void (*meanwhile)(void *context), void *context,
			     GError **error)
{
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
	g_autoptr(GSocketClient) client = g_socket_client_new();
	struct control *control = g_new0(struct control, 1);

	control->meanwhile = meanwhile;
	control->context = context;
	g_socket_client_set_timeout(client, ANSWER_SECONDS);
	control->connection =
		g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, error);
	if (control->connection) {
		control->input = g_data_input_stream_new(
			g_io_stream_get_input_stream(G_IO_STREAM(control->connection)));
		g_data_input_stream_set_newline_type(control->input,
						     G_DATA_STREAM_NEWLINE_TYPE_ANY);
		if (negotiate(control, error))
			return control;
	}
	control_close(control);
	return NULL;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	g_clear_object(&control->input);
	g_clear_object(&control->connection);
	g_free(control);
}

char *control_trouble(struct control *control)
{
	static const char *const troubles[] = {"internal-error", "io-error", "guest-panicked",
					       "watchdog", NULL};
	GSocket *socket = g_socket_connection_get_socket(control->connection);
	g_autoptr(JsonNode) answer = NULL;
	const char *status;

	g_socket_set_timeout(socket, TROUBLE_SECONDS);
	answer = execute_text(control, "{\"execute\":\"query-status\"}", NULL);
	g_socket_set_timeout(socket, ANSWER_SECONDS);
	status = answer && JSON_NODE_HOLDS_OBJECT(answer)
			 ? record_text(json_node_get_object(answer), "status")
			 : "";
	if (!g_strv_contains(troubles, status))
		return NULL;
	return g_strdup_printf("the VMM has stopped the guest: %s", status);
}
