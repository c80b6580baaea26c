/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A badge, as shields.io draws it of its "endpoint" JSON. It is about what a device must do alone, and says of how much of
 * that: else it would promise more than was looked at.
 */
#include "host/report/formats.h"

#include <json-glib/json-glib.h>

/* Clauses of MUST, each once: the worst of all jobs. */
static GHashTable *worst_of(const struct report *report)
{
	GHashTable *worst = g_hash_table_new(g_str_hash, g_str_equal);

	for (unsigned i = 0; i < report->conclusions->len; i++) {
		const struct conclusion *conclusion = report->conclusions->pdata[i];
		const GPtrArray *clauses = conclusion->job->clauses;

		for (unsigned j = 0; j < clauses->len; j++) {
			const struct clause *clause = clauses->pdata[j];
			unsigned before = GPOINTER_TO_UINT(g_hash_table_lookup(worst, clause->id));

			if (level_verdict(clause->level) == VERDICT_FAIL)
				g_hash_table_insert(worst, clause->id,
						    GUINT_TO_POINTER(MAX(before, clause->verdict)));
		}
	}
	return worst;
}

void document_badge(const struct report *report, FILE *out)
{
	g_autoptr(GHashTable) worst = worst_of(report);
	g_autoptr(GList) verdicts = g_hash_table_get_values(worst);
	unsigned counts[CLAUSE_VERDICTS] = {0}, judged;
	g_autoptr(JsonNode) root = json_node_alloc();
	g_autofree char *message = NULL, *text = NULL;
	JsonObject *object = json_object_new();
	const char *colour;

	for (GList *verdict = verdicts; verdict; verdict = verdict->next)
		counts[GPOINTER_TO_UINT(verdict->data)]++;
	judged = counts[CLAUSE_HOLDS] + counts[CLAUSE_VIOLATED];
	message =
		judged ? g_strdup_printf("%u of %u MUSTs hold, %u %% judged", counts[CLAUSE_HOLDS],
					 judged, 100 * judged / (judged + counts[CLAUSE_UNJUDGED]))
		       : g_strdup("not judged");
	colour = !judged ? "lightgrey" : counts[CLAUSE_VIOLATED] ? "red" : "brightgreen";
	json_object_set_int_member(object, "schemaVersion", 1);
	json_object_set_string_member(object, "label", "virtio");
	json_object_set_string_member(object, "message", message);
	json_object_set_string_member(object, "color", colour);
	json_node_init_object(root, object);
	json_object_unref(object);
	text = json_to_string(root, FALSE);
	fprintf(out, "%s\n", text);
}
