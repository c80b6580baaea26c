/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/question.h"

static void hear_errors(void *context)
{
	struct verbs *verbs = context;

	if (verbs->boot)
		boot_settle(verbs->boot, NULL);
}

struct control *verbs_control(struct verbs *verbs, GError **error)
{
	if (!verbs->control && !verbs->control_failed) {
		verbs->control = control_open(verbs->launch->control, hear_errors, verbs, error);
		verbs->control_failed = verbs->control == NULL;
	} else if (!verbs->control) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the VMM does not answer");
	}
	return verbs->control;
}

char *question_text(const struct question *question, const char *key, GError **error)
{
	g_autofree char *template =
		descriptor_text(question->verbs->launch->descriptor, question->group, key, NULL);

	return template ? template_text(template, &question->scope, " ", error) : NULL;
}

char *node_text(JsonNode *node)
{
	if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
		return g_strdup(json_node_get_string(node));
	return json_to_string(node, FALSE);
}

void question_set(struct question *question, char *name, char *text)
{
	GPtrArray *words;

	if (!text) {
		g_free(name);
		return;
	}
	words = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(words, text);
	g_hash_table_insert(question->words, name, words);
}
