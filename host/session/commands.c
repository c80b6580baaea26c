/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/commands.h"

#include <string.h>

#include <gio/gio.h>

#include "host/record/records.h"
#include "host/system/process.h"

/* The guest knows that its question is worked on; what is not ready by then is refused. */
#define PATIENCE_US 5000000
#define RETRY_US    50000

/* A program that takes longer is stuck; the guest is patient, but not for ever. */
#define PROGRAM_SECONDS 10

/* A VMM that is not in the state that it shall come to by then will not come to it. */
#define STATUS_US (30 * G_USEC_PER_SEC)
#define POLL_US   10000

/* The scalars in an object, however deep, as name=value words. */
static void add_words(JsonNode *node, const char *name, GString *words)
{
	if (JSON_NODE_HOLDS_OBJECT(node)) {
		JsonObjectIter iterator;
		const char *member;
		JsonNode *value;

		json_object_iter_init(&iterator, json_node_get_object(node));
		while (json_object_iter_next(&iterator, &member, &value))
			add_words(value, member, words);
	} else if (JSON_NODE_HOLDS_VALUE(node)) {
		g_autofree char *text = node_text(node);

		g_string_append_printf(words, "%s%s=%s", words->len ? " " : "", name, text);
	}
}

static char *node_words(JsonNode *node)
{
	GString *words = g_string_new(NULL);

	add_words(node, "value", words);
	return g_string_free(words, FALSE);
}

gboolean run_program(struct question *question, const char *template, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	struct process_order order = {.environment = question->verbs->launch->environment};
	gboolean fine;
	char *output;

	if (!template_words(template, &question->scope, words, error))
		return FALSE;
	g_ptr_array_add(words, NULL);
	order.command = (char **)words->pdata;
	output = process_hear_out(&order, PROGRAM_SECONDS, &fine, NULL, error);
	if (!output)
		return FALSE;
	question_set(question, g_strdup("result"), g_strchomp(output));
	if (fine)
		return TRUE;
	if (*output)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", output);
	else
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "'%s' failed", *order.command);
	return FALSE;
}

static gboolean execute(struct question *question, JsonNode *commands, GError **error);

/* A command of the VMM's. */
static gboolean order(struct question *question, JsonNode *command, GError **error)
{
	struct control *control = verbs_control(question->verbs, error);
	g_autoptr(JsonNode) result = control ? control_execute(control, command, error) : NULL;

	if (!result)
		return FALSE;
	question_set(question, g_strdup("result"), node_text(result));
	question_set(question, g_strdup("result-words"), node_words(result));
	return TRUE;
}

/* Again and again until it is not refused, for a while. */
static gboolean order_patiently(struct question *question, JsonNode *commands, GError **error)
{
	gint64 began = g_get_monotonic_time();
	gboolean fine;

	do {
		g_clear_error(error);
		question->verbs->control_failed = FALSE;
		fine = execute(question, commands, error);
		if (!fine)
			g_usleep(RETRY_US);
	} while (!fine && g_get_monotonic_time() - began < PATIENCE_US);
	return fine;
}

/* Again and again until its `status` is the wanted one. FALSE with error set when it fails, or takes too long. */
static gboolean order_until(struct question *question, JsonObject *object, GError **error)
{
	const char *wanted = record_text(object, "status"), *status = "";
	gint64 began = g_get_monotonic_time();
	g_autoptr(JsonNode) result = NULL;

	while (g_get_monotonic_time() - began < STATUS_US && strcmp(status, "failed") != 0) {
		struct control *control = verbs_control(question->verbs, error);

		g_clear_pointer(&result, json_node_unref);
		result = control ? control_execute(control, json_object_get_member(object, "until"),
						   error)
				 : NULL;
		if (!result)
			return FALSE;
		status = JSON_NODE_HOLDS_OBJECT(result)
				 ? record_text(json_node_get_object(result), "status")
				 : "";
		if (strcmp(status, wanted) == 0)
			return TRUE;
		g_usleep(POLL_US);
	}
	g_autofree char *words = result ? node_words(result) : g_strdup("");

	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "it is not %s: %s", wanted, words);
	return FALSE;
}

/*
 * One command, or one of five things of ours: {"sleep":MILLISECONDS}, for the VMM needs time now
 * and then; {"try":COMMANDS}, which may be refused; {"retry":COMMANDS}, which may be refused at first;
 * {"until":COMMAND,"status":WORD}, which is repeated until that is its status; {"program":WORDS}, which is run.
 */
static gboolean execute_one(struct question *question, JsonNode *command, GError **error)
{
	JsonObject *object = JSON_NODE_HOLDS_OBJECT(command) ? json_node_get_object(command) : NULL;
	gint64 pause = object ? record_number(object, "sleep", 0) : 0;
	JsonNode *attempt = object ? json_object_get_member(object, "try") : NULL;
	JsonNode *patient = object ? json_object_get_member(object, "retry") : NULL;

	if (pause > 0) {
		g_usleep((gulong)MIN(pause, 2000) * 1000);
		return TRUE;
	}
	if (attempt)
		return execute(question, attempt, NULL) || TRUE;
	if (patient)
		return order_patiently(question, patient, error);
	if (object && json_object_has_member(object, "until"))
		return order_until(question, object, error);
	if (object && json_object_has_member(object, "program"))
		return run_program(question, record_text(object, "program"), error);
	return order(question, command, error);
}

/* Commands, one or an array of them, that are given one after the other. */
static gboolean execute(struct question *question, JsonNode *commands, GError **error)
{
	JsonArray *array;

	if (!JSON_NODE_HOLDS_ARRAY(commands))
		return execute_one(question, commands, error);
	array = json_node_get_array(commands);
	for (guint i = 0; i < json_array_get_length(array); i++) {
		if (!execute_one(question, json_array_get_element(array, i), error))
			return FALSE;
	}
	return TRUE;
}

gboolean execute_key(struct question *question, const char *key, GError **error)
{
	GError *problem = NULL;
	g_autofree char *text = question_text(question, key, &problem);
	g_autoptr(JsonNode) commands = text ? json_from_string(text, &problem) : NULL;

	if (problem)
		g_propagate_error(error, problem);
	else if (commands)
		return execute(question, commands, error);
	return !problem;
}

/* Orders go to the VMM that listens there. */
static void turn_to(struct verbs *verbs, struct control *control, const char *path)
{
	verbs->control = control;
	verbs->control_failed = FALSE;
	launch_set_control(verbs->launch, path);
}

/*
 * The successor runs and is given what the VMM is that runs: it is ordered to from `take-over` on, unless that fails.
 * FALSE with error set then.
 */
static gboolean hand_over(struct question *question, GError **error)
{
	struct verbs *verbs = question->verbs;
	struct control *first;
	g_autofree char *path = g_strdup(verbs->launch->control);

	if (!execute_key(question, "hand-over", error))
		return FALSE;
	first = verbs->control;
	turn_to(verbs, NULL, verbs->launch->successor);
	if (execute_key(question, "take-over", error)) {
		control_close(first);
		return TRUE;
	}
	control_close(verbs->control);
	turn_to(verbs, first, path);
	return FALSE;
}

gboolean succeed(struct question *question, GError **error)
{
	struct verbs *verbs = question->verbs;
	struct launch *launch = verbs->launch;
	g_autofree char *template =
		descriptor_text(launch->descriptor, question->group, "successor", NULL);
	g_auto(GStrv) command = NULL;

	if (!template)
		return TRUE;
	if (launch->daemons->len || launch->foreign->len) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
			    "daemons serve one process of the VMM alone");
		return FALSE;
	}
	command = launch_successor(launch, template, error);
	if (!command || !boot_start_successor(question->boot, command, error))
		return FALSE;
	if (!hand_over(question, error)) {
		boot_drop_successor(question->boot);
		return FALSE;
	}
	/* The far ends of the first are gone with it. */
	far_ends_free(verbs->ends);
	verbs->ends = far_ends_new();
	boot_succeed(question->boot);
	return TRUE;
}
