/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/verbs.h"

#include <string.h>

#include <gio/gio.h>

#include "host/record/records.h"
#include "host/session/actions.h"
#include "host/session/commands.h"
#include "host/session/configured.h"
#include "host/session/control.h"

/* The guest takes no longer line. */
#define ANSWER_LIMIT 3900

/* How often a guest may have something repeated. */
#define EACH_LIMIT 64

struct verbs *verbs_new(struct launch *launch, const struct job *job)
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

char *verbs_trouble(struct verbs *verbs)
{
	struct control *control = verbs_control(verbs, NULL);

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

/* When all arguments are known, for what is repeated may name others. */
static void add_each(JsonObject *arguments, const char *name, JsonNode *value, void *context)
{
	struct question *question = context;
	g_autofree char *key = g_strconcat("each.", name, NULL);
	g_autofree char *each = question_text(question, key, NULL);
	gint64 times = JSON_NODE_HOLDS_VALUE(value) ? json_node_get_int(value) : 0;
	GString *all = g_string_new(NULL);

	for (gint64 i = 0; each && i < MIN(times, EACH_LIMIT); i++)
		g_string_append(all, each);
	question_set(question, g_strconcat(name, "-each", NULL), g_string_free(all, FALSE));
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

	question_set(question, g_strdup(name), escape(text));
	if (word)
		question_set(question, g_strconcat(name, "-word", NULL), word);
}

/* What the host does by itself; each key is a kind of action. FALSE with error set. */
static gboolean act(struct question *question, const char *kind, const char *path, GError **error)
{
	struct far_ends *ends = question->verbs->ends;
	JsonObject *arguments = question->arguments;
	const char *bytes = record_text(arguments, "bytes");

	if (strcmp(kind, "datagram") == 0)
		return action_datagram(path, bytes, error);
	gboolean on = record_number(arguments, "on", 0) != 0;

	if (strcmp(kind, "listen") == 0)
		return far_end_listen(ends, path, on, error);
	if (strcmp(kind, "connect") == 0) {
		g_autofree char *line = question_text(question, "line", error);

		return !*error && far_end_connect(ends, path, on, line, error);
	}
	if (strcmp(kind, "write") == 0)
		return far_end_write(ends, path, bytes, error);

	guint64 offset = (guint64)record_number(arguments, "offset", 0);
	guint64 count = (guint64)record_number(arguments, "bytes", 0);
	char *result;

	if (strcmp(kind, "read") == 0)
		result = far_end_read(ends, path, error);
	else if (strcmp(kind, "fill") == 0)
		result = far_end_fill(ends, path, offset, count, error);
	else if (strcmp(kind, "drain") == 0)
		result = far_end_drain(ends, path, error);
	else if (strcmp(kind, "checksum") == 0)
		result = action_checksum_file(path, offset, count, error);
	else if (strcmp(kind, "allocated") == 0)
		result = action_allocated(path, error);
	else
		result = action_read_file(path, offset, count, error);
	question_set(question, g_strdup("result"), result);
	return result != NULL;
}

/*
 * The commands of the verb, once for each word of the device's that stands behind the one of the key `behind`, where
 * there is that key: {word}.
 */
static gboolean execute_all(struct question *question, GError **error)
{
	const char *arguments =
		question->device ? g_hash_table_lookup(question->device->texts, "arguments") : NULL;
	g_autofree char *behind = descriptor_text(question->verbs->launch->descriptor,
						  question->group, "behind", NULL);
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	if (!behind)
		return execute_key(question, "execute", error);
	if (arguments && !template_words(arguments, &question->scope, words, error))
		return FALSE;
	for (unsigned i = 1; i < words->len; i++) {
		if (strcmp(words->pdata[i - 1], behind) != 0)
			continue;
		question_set(question, g_strdup("word"), escape(words->pdata[i]));
		if (!execute_key(question, "execute", error))
			return FALSE;
	}
	return TRUE;
}

static gboolean perform(struct question *question, GError **error)
{
	static const char *const kinds[] = {"datagram", "listen",   "connect", "write",
					    "read",     "fill",     "drain",   "file",
					    "checksum", "allocated"};
	const struct descriptor *descriptor = question->verbs->launch->descriptor;
	g_autofree char *program = descriptor_text(descriptor, question->group, "program", NULL);

	if (program && !run_program(question, program, error))
		return FALSE;
	if (!execute_all(question, error) || !succeed(question, error)) {
		execute_key(question, "undo", NULL);
		return FALSE;
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *path = question_text(question, kinds[i], error);

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
	if (question->device && strcmp(verb, "configured") == 0)
		return configured_words(question->verbs->launch,
					(struct launch_device *)question->device, error);
	if (!g_key_file_has_group(question->verbs->launch->descriptor->file, question->group)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
			    "the descriptor of this VMM does not say how to '%s'", verb);
		return NULL;
	}
	if (!perform(question, error))
		return NULL;
	answer = question_text(question, "answer", error);
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

char *verbs_answer(struct verbs *verbs, struct boot *boot, JsonObject *ask)
{
	static const char nothing[] = "{\"type\":\"none\"}";
	const char *verb = record_text(ask, "verb"), *bdf = record_text(ask, "device");
	g_autofree char *group = g_strconcat("verb ", verb, NULL);
	g_autoptr(JsonObject) none = record_parse(nothing, strlen(nothing));
	struct question question = {.verbs = verbs, .boot = boot, .group = group};
	gint64 id = record_number(ask, "id", 0);
	GError *error = NULL;
	char *line;

	verbs->boot = boot;
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
