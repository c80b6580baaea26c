/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vmm/descriptor.h"

#include <string.h>

#include <gio/gio.h>

#include "host/system/spelling.h"

#define BUILT_IN "/virtproof/vmm"
#define SUFFIX   ".ini"

/* The folders that may hold descriptors of the user's own, most important first. */
static char **folders(void)
{
	const char *listed = g_getenv("VIRTPROOF_VMM_PATH");
	g_autofree char *own = g_build_filename(g_get_user_config_dir(), "virtproof", "vmm", NULL);
	g_autofree char *all = g_strdup_printf("%s:%s", listed ? listed : "", own);

	return g_strsplit(all, ":", -1);
}

static gboolean load_named(GKeyFile *file, const char *name, GError **error)
{
	g_autofree char *base = g_strconcat(name, SUFFIX, NULL);
	g_auto(GStrv) searched = folders();

	for (char **folder = searched; *folder; folder++) {
		g_autofree char *path = g_build_filename(*folder, base, NULL);

		if (**folder && g_file_test(path, G_FILE_TEST_EXISTS))
			return g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error);
	}

	g_autofree char *resource = g_strconcat(BUILT_IN "/", base, NULL);
	g_autoptr(GBytes) bytes =
		g_resources_lookup_data(resource, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

	if (bytes)
		return g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, error);

	g_auto(GStrv) names = descriptor_names();
	g_autofree char *known = g_strjoinv(", ", names);

	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		    "there is no descriptor of a VMM named '%s'; known are: %s", name, known);
	return FALSE;
}

static gboolean is_path(const char *name)
{
	return strchr(name, '/') || g_str_has_suffix(name, SUFFIX);
}

struct descriptor *descriptor_load(const char *name, GError **error)
{
	struct descriptor *descriptor = g_new0(struct descriptor, 1);
	gboolean loaded;

	descriptor->file = g_key_file_new();
	if (is_path(name)) {
		g_autofree char *base = g_path_get_basename(name);

		if (g_str_has_suffix(base, SUFFIX))
			base[strlen(base) - strlen(SUFFIX)] = '\0';
		descriptor->name = g_strdup(base);
		loaded = g_key_file_load_from_file(descriptor->file, name, G_KEY_FILE_NONE, error);
		if (!loaded)
			g_prefix_error(error, "%s: ", name);
	} else {
		descriptor->name = g_strdup(name);
		loaded = load_named(descriptor->file, name, error);
	}
	if (loaded && !g_key_file_has_key(descriptor->file, "vmm", "command", NULL)) {
		g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
			    "the descriptor '%s' has no command in its group [vmm]", name);
		loaded = FALSE;
	}
	if (loaded)
		return descriptor;
	descriptor_free(descriptor);
	return NULL;
}

void descriptor_free(struct descriptor *descriptor)
{
	if (!descriptor)
		return;
	g_key_file_unref(descriptor->file);
	g_free(descriptor->name);
	g_free(descriptor);
}

static void add_name(GHashTable *names, const char *base)
{
	if (g_str_has_suffix(base, SUFFIX))
		g_hash_table_add(names, g_strndup(base, strlen(base) - strlen(SUFFIX)));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **descriptor_names(void)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	g_auto(GStrv) searched = folders();
	g_auto(GStrv) built_in =
		g_resources_enumerate_children(BUILT_IN, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

	for (char **base = built_in; base && *base; base++)
		add_name(names, *base);
	for (char **folder = searched; *folder; folder++) {
		g_autoptr(GDir) directory = **folder ? g_dir_open(*folder, 0, NULL) : NULL;
		const char *base;

		while (directory && (base = g_dir_read_name(directory)))
			add_name(names, base);
	}

	guint length;
	char **sorted = (char **)g_hash_table_get_keys_as_array(names, &length);

	qsort(sorted, length, sizeof(*sorted), compare_names);
	return sorted;
}

char *descriptor_text(const struct descriptor *descriptor, const char *group, const char *key,
		      const char *fallback)
{
	char *value = g_key_file_get_string(descriptor->file, group, key, NULL);

	return value ? value : g_strdup(fallback);
}

char *descriptor_text_on(const struct descriptor *descriptor, const char *machine, const char *key,
			 const char *fallback)
{
	g_autofree char *usual = descriptor_text(descriptor, "vmm", "machine", "default");
	g_autofree char *group =
		descriptor_group(descriptor, "machine", machine ? machine : usual, NULL);
	g_autofree char *of_vmm = descriptor_text(descriptor, "vmm", key, fallback);

	return group ? descriptor_text(descriptor, group, key, of_vmm) : g_steal_pointer(&of_vmm);
}

char **descriptor_list(const struct descriptor *descriptor, const char *group, const char *key)
{
	char **list = g_key_file_get_string_list(descriptor->file, group, key, NULL, NULL);

	return list ? list : g_new0(char *, 1);
}

char *descriptor_group(const struct descriptor *descriptor, const char *kind, const char *name,
		       GError **error)
{
	g_autofree char *own = g_strdup_printf("%s %s", kind, name);
	g_autofree char *any = g_strdup_printf("%s *", kind);

	if (g_key_file_has_group(descriptor->file, own))
		return g_steal_pointer(&own);
	if (g_key_file_has_group(descriptor->file, any))
		return g_steal_pointer(&any);

	g_auto(GStrv) members = descriptor_members(descriptor, kind);
	g_autofree char *known = g_strjoinv(", ", members);

	const char *nearest = spelling_nearest(name, (const char *const *)members);

	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		    "%s has no %s '%s'%s%s%s; known are: %s", descriptor->name, kind, name,
		    nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "",
		    *known ? known : "none");
	return NULL;
}

char **descriptor_members(const struct descriptor *descriptor, const char *kind)
{
	g_auto(GStrv) groups = g_key_file_get_groups(descriptor->file, NULL);
	g_autofree char *prefix = g_strconcat(kind, " ", NULL);
	GPtrArray *members = g_ptr_array_new();

	for (char **group = groups; *group; group++) {
		const char *name = *group + strlen(prefix);

		if (g_str_has_prefix(*group, prefix) && strcmp(name, "*") != 0)
			g_ptr_array_add(members, g_strdup(name));
	}
	g_ptr_array_add(members, NULL);
	return (char **)g_ptr_array_free(members, FALSE);
}

gboolean descriptor_has_verbs(const struct descriptor *descriptor)
{
	g_auto(GStrv) members = descriptor_members(descriptor, "verb");

	return *members != NULL;
}
