/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/verbs.h"

#include <string.h>

#include <gio/gio.h>

#include "host/record/records.h"
#include "host/session/actions.h"
#include "host/session/control.h"
#include "host/system/process.h"

/* The guest takes no longer line. */
#define ANSWER_LIMIT 3900

/* The guest waits 3 s: as long as may be, and a little less. */
#define RETRIES  50
#define RETRY_US 50000

/* A program that takes longer is stuck; the guest is patient, but not for ever. */
#define PROGRAM_SECONDS 10

/* How often a guest may have something repeated. */
#define EACH_LIMIT 64

struct verbs {
	const struct launch *launch;
	const struct job *job;
	struct control *control;
	gboolean control_failed; /* one failure a boot is enough */
	struct far_ends *ends;
};

/* One question while it is answered. */
struct question {
	struct verbs *verbs;
	const char *group; /* of the descriptor: "verb resize" */
	GHashTable *words; /* the arguments and the result of commands: no templates */
	struct scope scope;
	const struct launch_device *device; /* NULL: none is meant */
	JsonObject *arguments;
};

struct verbs *verbs_new(const struct launch *launch, const struct job *job)
{
	struct verbs *verbs = g_new0(struct verbs, 1);

	verbs->launch = launch;
	verbs->job = job;
	verbs->ends = far_ends_new();
	return verbs;
}

void verbs_free(struct verbs *verbs)
{
	control_close(verbs->control);
	far_ends_free(verbs->ends);
	g_free(verbs);
}

static struct control *get_control(struct verbs *verbs, GError **error)
{
	if (!verbs->control && !verbs->control_failed) {
		verbs->control = control_open(verbs->launch->control, error);
		verbs->control_failed = verbs->control == NULL;
	} else if (!verbs->control) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the VMM does not answer");
	}
	return verbs->control;
}

char *verbs_trouble(struct verbs *verbs)
{
	struct control *control = get_control(verbs, NULL);

	return control ? control_trouble(control) : NULL;
}

const struct launch_device *verbs_device(const struct verbs *verbs, const char *bdf)
{
	const GPtrArray *devices = verbs->launch->devices;
	int asked = job_asked_at(verbs->job, bdf);

	for (unsigned i = 0; *bdf && i < devices->len; i++) {
		const struct launch_device *device = devices->pdata[i];

		if (strcmp(device->bdf, bdf) == 0)
			return device;
	}
	return asked >= 0 && (unsigned)asked < devices->len ? devices->pdata[asked] : NULL;
}

/* A key of the verb's group, expanded; NULL when there is none, or with error set. */
static char *expand(const struct question *question, const char *key, GError **error)
{
	g_autofree char *template =
		descriptor_text(question->verbs->launch->descriptor, question->group, key, NULL);

	return template ? template_text(template, &question->scope, " ", error) : NULL;
}

/* A value as text that may stand between the quotes of a JSON string. */
static char *escape(const char *text)
{
	g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), text);
	char *quoted = json_to_string(node, FALSE);
	gsize length = strlen(quoted);

	memmove(quoted, quoted + 1, length - 2);
	quoted[length - 2] = '\0';
	return quoted;
}

/* A scalar as text, anything else as JSON. The caller owns it. */
static char *node_text(JsonNode *node)
{
	if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
		return g_strdup(json_node_get_string(node));
	return json_to_string(node, FALSE);
}

/* Text from outside stands for itself: as a word it is not expanded again. Takes it over. */
static void set_word(struct question *question, char *name, char *text)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(words, text);
	g_hash_table_insert(question->words, name, words);
}

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

/* When all arguments are known, for what is repeated may name others. */
static void add_each(JsonObject *arguments, const char *name, JsonNode *value, void *context)
{
	struct question *question = context;
	g_autofree char *key = g_strconcat("each.", name, NULL);
	g_autofree char *each = expand(question, key, NULL);
	gint64 times = JSON_NODE_HOLDS_VALUE(value) ? json_node_get_int(value) : 0;
	GString *all = g_string_new(NULL);

	for (gint64 i = 0; each && i < MIN(times, EACH_LIMIT); i++)
		g_string_append(all, each);
	set_word(question, g_strconcat(name, "-each", NULL), g_string_free(all, FALSE));
}

/*
 * An argument becomes {name}. Where the group has a key name.VALUE, what it says becomes
 * {name-word}: numbers of the guest into words of the VMM. Where it has a key each.name, what that
 * says, as many times as the number asks for, becomes {name-each}.
 */
static void add_argument(JsonObject *arguments, const char *name, JsonNode *value, void *context)
{
	struct question *question = context;
	g_autofree char *text = node_text(value);
	g_autofree char *key = g_strdup_printf("%s.%s", name, text);
	char *word =
		descriptor_text(question->verbs->launch->descriptor, question->group, key, NULL);

	set_word(question, g_strdup(name), escape(text));
	if (word)
		set_word(question, g_strconcat(name, "-word", NULL), word);
}

/* A command that the VMM may not be ready for yet: again and again for a while. */
static JsonNode *execute_patiently(struct control *control, JsonNode *command, GError **error)
{
	JsonNode *result = NULL;

	for (unsigned i = 0; !result && i < RETRIES; i++) {
		g_clear_error(error);
		result = control_execute(control, command, error);
		if (!result)
			g_usleep(RETRY_US);
	}
	return result;
}

/*
 * One command, or one of three things of ours: {"sleep":MILLISECONDS}, for the VMM needs time now
 * and then; {"try":COMMAND}, which may be refused; {"retry":COMMAND}, which may be refused at first.
 */
static gboolean execute_one(struct question *question, struct control *control, JsonNode *command,
			    GError **error)
{
	JsonObject *object = JSON_NODE_HOLDS_OBJECT(command) ? json_node_get_object(command) : NULL;
	gint64 pause = object ? record_number(object, "sleep", 0) : 0;
	JsonNode *attempt = object ? json_object_get_member(object, "try") : NULL;
	JsonNode *patient = object ? json_object_get_member(object, "retry") : NULL;
	g_autoptr(JsonNode) result = NULL;

	if (pause > 0) {
		g_usleep((gulong)MIN(pause, 2000) * 1000);
		return TRUE;
	}
	if (patient)
		result = execute_patiently(control, patient, error);
	else
		result = control_execute(control, attempt ? attempt : command,
					 attempt ? NULL : error);
	if (!result)
		return attempt != NULL;
	set_word(question, g_strdup("result"), node_text(result));
	set_word(question, g_strdup("result-words"), node_words(result));
	return TRUE;
}

/* execute is a command, or an array of commands that are given one after the other. */
static gboolean execute(struct question *question, const char *text, GError **error)
{
	g_autoptr(JsonNode) commands = json_from_string(text, error);
	struct control *control = commands ? get_control(question->verbs, error) : NULL;
	JsonArray *array;

	if (!control)
		return FALSE;
	if (!JSON_NODE_HOLDS_ARRAY(commands))
		return execute_one(question, control, commands, error);
	array = json_node_get_array(commands);
	for (guint i = 0; i < json_array_get_length(array); i++) {
		if (!execute_one(question, control, json_array_get_element(array, i), error))
			return FALSE;
	}
	return TRUE;
}

static void set_result(struct question *question, char *result)
{
	if (result)
		set_word(question, g_strdup("result"), result);
}

/* A command of the host's own, for VMMs whose control is a program. */
static gboolean run_program(struct question *question, const char *template, GError **error)
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
	set_result(question, g_strchomp(output));
	if (fine)
		return TRUE;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", output);
	return FALSE;
}

/* What the host does by itself; each key is a kind of action. FALSE with error set. */
static gboolean act(struct question *question, const char *kind, const char *path, GError **error)
{
	struct far_ends *ends = question->verbs->ends;
	JsonObject *arguments = question->arguments;
	const char *bytes = record_text(arguments, "bytes");

	if (strcmp(kind, "datagram") == 0)
		return action_datagram(path, bytes, error);
	if (strcmp(kind, "connect") == 0)
		return far_end_connect(ends, path, record_number(arguments, "on", 0) != 0, error);
	if (strcmp(kind, "write") == 0)
		return far_end_write(ends, path, bytes, error);

	guint64 offset = (guint64)record_number(arguments, "offset", 0);
	guint64 count = (guint64)record_number(arguments, "bytes", 0);
	char *result;

	if (strcmp(kind, "read") == 0)
		result = far_end_read(ends, path, error);
	else if (strcmp(kind, "checksum") == 0)
		result = action_checksum_file(path, offset, count, error);
	else if (strcmp(kind, "allocated") == 0)
		result = action_allocated(path, error);
	else
		result = action_read_file(path, offset, count, error);
	set_result(question, result);
	return result != NULL;
}

static gboolean perform(struct question *question, GError **error)
{
	static const char *const kinds[] = {"datagram", "connect",  "write",    "read",
					    "file",     "checksum", "allocated"};
	const struct descriptor *descriptor = question->verbs->launch->descriptor;
	g_autofree char *program = descriptor_text(descriptor, question->group, "program", NULL);
	g_autofree char *commands = expand(question, "execute", error);

	if (*error || (program && !run_program(question, program, error)))
		return FALSE;
	if (commands && !execute(question, commands, error))
		return FALSE;
	for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *path = expand(question, kinds[i], error);

		if (*error || (path && !act(question, kinds[i], path, error)))
			return FALSE;
	}
	return TRUE;
}

/* How the device was configured: as its descriptor or the user said, else as the VMM says. */
static char *known_property(const struct question *question)
{
	const char *name = record_text(question->arguments, "name");
	g_autofree char *key = g_strconcat("property-", name, NULL);
	const char *own = g_hash_table_lookup(question->device->texts, key);
	const char *given = g_hash_table_lookup(question->device->texts, "properties");
	g_auto(GStrv) pairs = g_strsplit(given ? given : "", ",", -1);
	gsize length = strlen(name);

	for (char **pair = pairs; *pair; pair++) {
		if (length && strncmp(*pair, name, length) == 0 && (*pair)[length] == '=')
			return g_strdup(*pair + length + 1);
	}
	return own ? template_text(own, &question->device->scope, " ", NULL) : NULL;
}

static char *answer_text(struct question *question, const char *verb, GError **error)
{
	char *property =
		question->device && strcmp(verb, "property") == 0 ? known_property(question) : NULL;
	g_autofree char *answer = NULL;

	if (property)
		return property;
	if (!g_key_file_has_group(question->verbs->launch->descriptor->file, question->group)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
			    "the descriptor of this VMM does not say how to '%s'", verb);
		return NULL;
	}
	if (!perform(question, error))
		return NULL;
	answer = expand(question, "answer", error);
	return answer || *error ? g_steal_pointer(&answer) : g_strdup("");
}

/* One line, and not too long. */
static char *told(gint64 id, const char *verdict, const char *text)
{
	char *line = g_strdup_printf("told %" G_GINT64_FORMAT " %s %s", id, verdict, text);

	if (strlen(line) > ANSWER_LIMIT)
		line[ANSWER_LIMIT] = '\0';
	return g_strdelimit(line, "\r\n", ' ');
}

char *verbs_answer(struct verbs *verbs, JsonObject *ask)
{
	static const char nothing[] = "{\"type\":\"none\"}";
	const char *verb = record_text(ask, "verb"), *bdf = record_text(ask, "device");
	g_autofree char *group = g_strconcat("verb ", verb, NULL);
	g_autoptr(JsonObject) none = record_parse(nothing, strlen(nothing));
	struct question question = {.verbs = verbs, .group = group};
	gint64 id = record_number(ask, "id", 0);
	GError *error = NULL;
	char *line;

	question.arguments = record_object(ask, "arguments");
	if (!question.arguments)
		question.arguments = none;
	question.device = verbs_device(verbs, bdf);
	question.words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify)g_ptr_array_unref);
	question.scope.words = question.words;
	question.scope.outer = question.device ? &question.device->scope : &verbs->launch->scope;
	json_object_foreach_member(question.arguments, add_argument, &question);
	json_object_foreach_member(question.arguments, add_each, &question);

	g_autofree char *text =
		*bdf && !question.device ? NULL : answer_text(&question, verb, &error);

	line = text ? told(id, "ok", text)
		    : told(id, "refused", error ? error->message : "the host knows no such device");
	g_clear_error(&error);
	g_hash_table_unref(question.words);
	return line;
}
