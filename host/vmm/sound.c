/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vmm/sound.h"

#include <string.h>

#include <gio/gio.h>

/* What a value has to be. */
enum kind { TEXT, PATTERN, NUMBER, STATUSES, SWITCH, IMAGE };

static const struct key {
	const char *group; /* "vmm", or the kind that stands before its name */
	const char *name;  /* ends in -, . or * where something follows */
	enum kind kind;
} keys[] = {
	{"vmm", "title", TEXT},
	{"vmm", "homepage", TEXT},
	{"vmm", "program", TEXT},
	{"vmm", "command", TEXT},
	{"vmm", "image", IMAGE},
	{"vmm", "append", TEXT},
	{"vmm", "exits", STATUSES},
	{"vmm", "environment", TEXT},
	{"vmm", "terminal", SWITCH},
	{"vmm", "broken", PATTERN},
	{"vmm", "version", TEXT},
	{"vmm", "version-pattern", PATTERN},
	{"vmm", "machine", TEXT},
	{"vmm", "accelerator", TEXT},
	{"vmm", "cpus", NUMBER},
	{"vmm", "memory", NUMBER},
	{"vmm", "devices", TEXT},
	{"vmm", "lists", TEXT},
	{"vmm", "front-ends", TEXT},
	{"vmm", "reconnect", TEXT},
	{"vmm", "trace", TEXT},
	{"vmm", "debug", TEXT},
	{"vmm", "attach", TEXT},
	{"vhost-user", "about", TEXT},
	{"vhost-user", "front-ends", TEXT},
	{"vhost-user", "arguments", TEXT},
	{"vhost-user", "once", TEXT},
	{"vhost-user", "workload", TEXT},
	{"vhost-user", "property-", TEXT},
	{"machine", "about", TEXT},
	{"machine", "arguments", TEXT},
	{"machine", "bdf", TEXT},
	{"machine", "places", TEXT},
	{"machine", "image-words", TEXT},
	{"machine", "command", TEXT},
	{"machine", "image", IMAGE},
	{"accelerator", "about", TEXT},
	{"accelerator", "arguments", TEXT},
	{"accelerator", "image-words", TEXT},
	{"device", "about", TEXT},
	{"device", "arguments", TEXT},
	{"device", "once", TEXT},
	{"device", "workload", TEXT},
	{"device", "file", TEXT},
	{"device", "size", NUMBER},
	{"device", "scratch", TEXT},
	{"device", "daemon", TEXT},
	{"device", "daemon-socket", TEXT},
	{"device", "property-", TEXT},
	{"device", "configured", TEXT},
	{"configured", "*", TEXT},
	{"list", "before", TEXT},
	{"list", "separator", TEXT},
	{"file", "content", TEXT},
	{"file", "machines", TEXT},
	{"verb", "program", TEXT},
	{"verb", "execute", TEXT},
	{"verb", "behind", TEXT},
	{"verb", "successor", TEXT},
	{"verb", "hand-over", TEXT},
	{"verb", "take-over", TEXT},
	{"verb", "undo", TEXT},
	{"verb", "datagram", TEXT},
	{"verb", "connect", TEXT},
	{"verb", "line", TEXT},
	{"verb", "listen", TEXT},
	{"verb", "fill", TEXT},
	{"verb", "drain", TEXT},
	{"verb", "write", TEXT},
	{"verb", "read", TEXT},
	{"verb", "file", TEXT},
	{"verb", "checksum", TEXT},
	{"verb", "allocated", TEXT},
	{"verb", "answer", TEXT},
	{"verb", "each.", TEXT},
};

static gboolean is_number(const char *text, guint64 least, guint64 most)
{
	return g_ascii_string_to_unsigned(text, 10, least, most, NULL, NULL);
}

static gboolean are_statuses(const char *text)
{
	g_auto(GStrv) each = g_strsplit(text, ";", -1);

	for (char **status = each; *status; status++) {
		if (**status && !is_number(*status, 0, 255))
			return FALSE;
	}
	return *text != '\0';
}

/* What the value has to be in words, where it is not; NULL where it is. */
static const char *complaint(enum kind kind, const char *value)
{
	static const char *const switches[] = {"yes", "no", NULL};
	static const char *const images[] = {"elf", "img", "efi", "iso", "none", NULL};
	g_autoptr(GRegex) pattern = kind == PATTERN ? g_regex_new(value, 0, 0, NULL) : NULL;

	if (kind == PATTERN && !pattern)
		return "a regular expression";
	if (kind == NUMBER && !is_number(value, 1, G_MAXUINT))
		return "a number above 0";
	if (kind == STATUSES && !are_statuses(value))
		return "statuses from 0 to 255 with ; between";
	if (kind == SWITCH && !g_strv_contains(switches, value))
		return "yes or no";
	if (kind == IMAGE && !g_strv_contains(images, value))
		return "elf, img, efi, iso or none";
	return NULL;
}

static const struct key *find_key(const char *kind, const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++) {
		const char *known = keys[i].name;
		gsize fixed = strcspn(known, "*");
		gboolean open = strchr("-.*", known[strlen(known) - 1]) != NULL;

		if (strcmp(keys[i].group, kind) == 0 &&
		    (open ? strncmp(name, known, fixed) == 0 : strcmp(name, known) == 0))
			return &keys[i];
	}
	return NULL;
}

static gboolean kind_is_known(const char *kind)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (strcmp(keys[i].group, kind) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Where a group may have keys of its own, one counts that is a name in some template, a list, or a verb's word. */
static gboolean is_named(const struct descriptor *descriptor, const char *kind, const char *key,
			 const char *all)
{
	g_auto(GStrv) lists = descriptor_list(descriptor, "vmm", "lists");
	g_autofree char *name = g_strdup_printf("{%s}", key);

	if (strcmp(kind, "verb") == 0)
		return strchr(key, '.') != NULL;
	if (strcmp(kind, "vmm") == 0 || strcmp(kind, "list") == 0 || strcmp(kind, "file") == 0)
		return FALSE;
	return strstr(all, name) || g_strv_contains((const char *const *)lists, key);
}

static gboolean group_is_sound(const struct descriptor *descriptor, const char *group,
			       const char *all, GError **error)
{
	g_autofree char *kind = g_strndup(group, strcspn(group, " "));
	g_auto(GStrv) names = g_key_file_get_keys(descriptor->file, group, NULL, NULL);

	if (!kind_is_known(kind)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "the descriptor '%s': [%s] is no group of a descriptor",
			    descriptor->name, group);
		return FALSE;
	}
	for (char **name = names; *name; name++) {
		const struct key *key = find_key(kind, *name);
		g_autofree char *value = descriptor_text(descriptor, group, *name, "");
		const char *wanted = key ? complaint(key->kind, value) : NULL;

		if (!key && !is_named(descriptor, kind, *name, all))
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
				    "the descriptor '%s', [%s]: nothing reads the key '%s'",
				    descriptor->name, group, *name);
		else if (wanted)
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
				    "the descriptor '%s', [%s]: %s has to be %s, not '%s'",
				    descriptor->name, group, *name, wanted, value);
		else
			continue;
		return FALSE;
	}
	return TRUE;
}

gboolean descriptor_is_sound(const struct descriptor *descriptor, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(descriptor->file, NULL);
	g_autofree char *all = g_key_file_to_data(descriptor->file, NULL, NULL);

	for (char **group = groups; *group; group++) {
		if (!group_is_sound(descriptor, *group, all, error))
			return FALSE;
	}
	return TRUE;
}
