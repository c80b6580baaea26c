/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/site_json.h"

#include <json-glib/json-glib.h>

static JsonObject *clause_object(const struct standing *standing,
				 const struct standing_clause *clause)
{
	JsonObject *object = json_object_new(), *states = json_object_new();

	json_object_set_string_member(object, "id", clause->id);
	json_object_set_string_member(object, "level", clause->level);
	json_object_set_string_member(object, "section", clause->section);
	json_object_set_string_member(object, "number", clause->number);
	json_object_set_string_member(object, "link", clause->link);
	json_object_set_string_member(object, "statement", clause->statement);
	json_object_set_string_member(object, "page", clause->file);
	for (unsigned i = 0; i < standing->vmms->len; i++) {
		const struct standing_vmm *vmm = standing->vmms->pdata[i];
		const struct standing_cell *cell = &clause->cells[i];
		JsonObject *state = json_object_new();

		json_object_set_string_member(state, "state",
					      state_name(standing_state(clause, cell)));
		json_object_set_int_member(state, "checks", cell->checks);
		if (cell->check) {
			json_object_set_string_member(state, "seen", cell->check->message);
			json_object_set_string_member(state, "test", cell->test->full_name);
		}
		if (cell->check && cell->check->expectation)
			json_object_set_string_member(state, "known",
						      cell->check->expectation->reason);
		json_object_set_object_member(states, vmm->name, state);
	}
	json_object_set_object_member(object, "vmms", states);
	return object;
}

void site_json(FILE *out, const struct standing *standing)
{
	g_autoptr(JsonNode) root = json_node_alloc();
	JsonObject *object = json_object_new();
	JsonArray *vmms = json_array_new(), *clauses = json_array_new();
	g_autofree char *text = NULL;

	for (unsigned i = 0; i < standing->vmms->len; i++) {
		const struct standing_vmm *vmm = standing->vmms->pdata[i];
		JsonObject *one = json_object_new();

		json_object_set_string_member(one, "name", vmm->name);
		json_object_set_string_member(one, "vmm", vmm->vmm);
		json_object_set_string_member(one, "version", vmm->version);
		json_object_set_string_member(one, "page", vmm->file);
		for (enum state state = 0; state < STATES; state++)
			json_object_set_int_member(one, state_name(state), vmm->clauses[state]);
		json_array_add_object_element(vmms, one);
	}
	for (unsigned i = 0; i < standing->clauses->len; i++) {
		const struct standing_clause *clause = standing->clauses->pdata[i];

		if (clause->judged)
			json_array_add_object_element(clauses, clause_object(standing, clause));
	}
	json_object_set_array_member(object, "vmms", vmms);
	json_object_set_array_member(object, "clauses", clauses);
	json_node_init_object(root, object);
	json_object_unref(object);
	text = json_to_string(root, FALSE);
	fputs(text, out);
	fputc('\n', out);
}
