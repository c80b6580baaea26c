/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/records.h"

#include <string.h>

#define RECORD_START "{\"type\":"

/* Deeper than any record; json-glib recurses once a level, so the depth must have a bound. */
#define NESTING_LIMIT 16

/* How many torn records one line may hold before the rest of it is noise. */
#define START_LIMIT 8

struct record_reader {
	struct record_listener listener;
	GString *line;
	gboolean overlong; /* the rest of this line is noise, up to its end */
};

struct record_reader *record_reader_new(const struct record_listener *listener)
{
	struct record_reader *reader = g_new0(struct record_reader, 1);

	reader->listener = *listener;
	reader->line = g_string_new(NULL);
	return reader;
}

void record_reader_free(struct record_reader *reader)
{
	if (!reader)
		return;
	g_string_free(reader->line, TRUE);
	g_free(reader);
}

/*
 * The length of the object that text begins with, or 0 when it does not end in these bytes or
 * nests too deep. Only brackets and strings are looked at: json-glib judges the rest.
 */
static gsize object_length(const char *text, gsize length)
{
	unsigned depth = 0;
	gboolean in_string = FALSE;

	for (gsize i = 0; i < length; i++) {
		char c = text[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = FALSE;
		} else if (c == '"') {
			in_string = TRUE;
		} else if (c == '{' || c == '[') {
			if (++depth > NESTING_LIMIT)
				return 0;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return 0;
			if (--depth == 0)
				return i + 1;
		}
	}
	return 0;
}

JsonObject *record_parse(const char *text, gsize length)
{
	if (length == 0 || text[0] != '{' || object_length(text, length) != length ||
	    !g_utf8_validate(text, (gssize)length, NULL))
		return NULL;

	g_autoptr(JsonParser) parser = json_parser_new_immutable();

	if (!json_parser_load_from_data(parser, text, (gssize)length, NULL))
		return NULL;

	JsonNode *root = json_parser_get_root(parser);

	if (!root || !JSON_NODE_HOLDS_OBJECT(root))
		return NULL;

	JsonObject *object = json_node_get_object(root);

	if (*record_text(object, "type") == '\0')
		return NULL;
	return json_object_ref(object);
}

static void tell_noise(struct record_reader *reader, const char *text, gsize length)
{
	if (length && reader->listener.noise)
		reader->listener.noise(text, length, reader->listener.context);
}

/* The first place at or after `from` where a record could begin, or NULL. */
static const char *find_start(const char *from, const char *end)
{
	return memmem(from, (gsize)(end - from), RECORD_START, strlen(RECORD_START));
}

/*
 * Records may stand anywhere in a line: a program that prints without a line end, or a record
 * torn by a reset, leaves its bytes before one, a dying hypervisor its last words behind one.
 */
static void take_line(struct record_reader *reader)
{
	GString *line = reader->line;

	while (line->len && (line->str[line->len - 1] == '\r' || line->str[line->len - 1] == ' '))
		g_string_truncate(line, line->len - 1);

	const char *rest = line->str, *end = line->str + line->len;
	const char *start = find_start(rest, end);

	for (unsigned torn = 0; start && torn < START_LIMIT;) {
		gsize length = object_length(start, (gsize)(end - start));
		JsonObject *record = length ? record_parse(start, length) : NULL;

		if (!record) {
			torn++;
			start = find_start(start + 1, end);
			continue;
		}
		tell_noise(reader, rest, (gsize)(start - rest));

		g_autofree char *text = g_strndup(start, length);

		reader->listener.record(record, text, reader->listener.context);
		json_object_unref(record);
		rest = start + length;
		start = find_start(rest, end);
	}
	tell_noise(reader, rest, (gsize)(end - rest));
}

static void end_line(struct record_reader *reader)
{
	if (!reader->overlong)
		take_line(reader);
	reader->overlong = FALSE;
	g_string_truncate(reader->line, 0);
}

static void add_to_line(struct record_reader *reader, const char *bytes, gsize length)
{
	if (reader->overlong)
		return;
	if (reader->line->len + length > RECORD_LINE_LIMIT) {
		tell_noise(reader, reader->line->str, reader->line->len);
		g_string_truncate(reader->line, 0);
		reader->overlong = TRUE;
		return;
	}
	g_string_append_len(reader->line, bytes, (gssize)length);
}

void record_reader_feed(struct record_reader *reader, const char *bytes, gsize length)
{
	const char *end = bytes + length;

	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (gsize)(end - bytes));

		add_to_line(reader, bytes, (gsize)((newline ? newline : end) - bytes));
		if (!newline)
			return;
		end_line(reader);
		bytes = newline + 1;
	}
}

void record_reader_finish(struct record_reader *reader)
{
	end_line(reader);
}

JsonObject *record_new(const char *type)
{
	JsonObject *record = json_object_new();

	json_object_set_string_member(record, "type", type);
	return record;
}

char *record_line(JsonObject *record)
{
	g_autoptr(JsonNode) node = json_node_alloc();

	json_node_init_object(node, record);
	return json_to_string(node, FALSE);
}

static JsonNode *member(JsonObject *record, const char *name, JsonNodeType type)
{
	JsonNode *node = json_object_get_member(record, name);

	return node && json_node_get_node_type(node) == type ? node : NULL;
}

static const char *text_of(JsonNode *node)
{
	return node && JSON_NODE_HOLDS_VALUE(node) &&
			       json_node_get_value_type(node) == G_TYPE_STRING
		       ? json_node_get_string(node)
		       : "";
}

const char *record_text(JsonObject *record, const char *name)
{
	return text_of(json_object_get_member(record, name));
}

char *record_copy(JsonObject *record, const char *name)
{
	return g_strdup(record_text(record, name));
}

gint64 record_number(JsonObject *record, const char *name, gint64 fallback)
{
	JsonNode *node = member(record, name, JSON_NODE_VALUE);

	if (!node || json_node_get_value_type(node) != G_TYPE_INT64)
		return fallback;
	return json_node_get_int(node);
}

double record_real(JsonObject *record, const char *name, double fallback)
{
	JsonNode *node = member(record, name, JSON_NODE_VALUE);

	if (!node || json_node_get_value_type(node) == G_TYPE_STRING ||
	    json_node_get_value_type(node) == G_TYPE_BOOLEAN)
		return fallback;
	return json_node_get_double(node);
}

JsonObject *record_object(JsonObject *record, const char *name)
{
	JsonNode *node = member(record, name, JSON_NODE_OBJECT);

	return node ? json_node_get_object(node) : NULL;
}

JsonArray *record_array(JsonObject *record, const char *name)
{
	JsonNode *node = member(record, name, JSON_NODE_ARRAY);

	return node ? json_node_get_array(node) : NULL;
}

const char *record_element(JsonArray *array, guint n)
{
	return text_of(json_array_get_element(array, n));
}

gboolean record_is(JsonObject *record, const char *type)
{
	return strcmp(record_text(record, "type"), type) == 0;
}

gint64 record_foreign_schema(JsonObject *record)
{
	gint64 schema = record_is(record, "run") ? record_number(record, "schema", RECORD_SCHEMA)
						 : RECORD_SCHEMA;

	return schema == RECORD_SCHEMA ? 0 : schema;
}
