/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/matrix_file.h"

#include <string.h>

#include <gio/gio.h>

#define EXCLUDE  "exclude "
#define PROPERTY "property."

/* One key of a group with its values. */
struct axis {
	char *key;
	char **values;
};

/* One combination: the value of each axis, by key. */
struct combination {
	const char *group;
	GHashTable *values; /* key to value, both borrowed */
	GString *name;
};

static void axis_free(void *data)
{
	struct axis *axis = data;

	g_free(axis->key);
	g_strfreev(axis->values);
	g_free(axis);
}

static void job_free(void *data)
{
	struct matrix_job *job = data;

	g_free(job->name);
	g_free(job->requires);
	g_ptr_array_unref(job->options);
	g_free(job);
}

/* The keys that become options of 'virtproof run' as they are. */
static const char *const plain_keys[] = {"vmm",    "machine", "accelerator", "cpus", "memory",
					 "append", "program", "silence",     NULL};

static gboolean key_is_known(const char *key)
{
	return g_strv_contains(plain_keys, key) || g_str_has_prefix(key, PROPERTY) ||
	       strcmp(key, "device") == 0 || strcmp(key, "options") == 0 ||
	       strcmp(key, "requires") == 0;
}

static GPtrArray *read_axes(GKeyFile *file, const char *group, GError **error)
{
	g_autoptr(GPtrArray) axes = g_ptr_array_new_with_free_func(axis_free);
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

	for (char **key = keys; key && *key; key++) {
		struct axis *axis = g_new0(struct axis, 1);

		axis->key = g_strdup(*key);
		axis->values = g_key_file_get_string_list(file, group, *key, NULL, NULL);
		g_ptr_array_add(axes, axis);
		if (key_is_known(*key) && axis->values && *axis->values)
			continue;
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "group [%s]: '%s' is no key of a matrix, or has no value", group, *key);
		return NULL;
	}
	return g_steal_pointer(&axes);
}

/* A device with the properties that the combination gives to all. The caller owns it. */
static char *with_properties(const char *device, const struct combination *combination)
{
	GString *spec = g_string_new(device);
	GHashTableIter iterator;
	void *key, *value;

	g_hash_table_iter_init(&iterator, combination->values);
	while (g_hash_table_iter_next(&iterator, &key, &value)) {
		if (g_str_has_prefix(key, PROPERTY))
			g_string_append_printf(spec, ",%s=%s", (char *)key + strlen(PROPERTY),
					       (char *)value);
	}
	return g_string_free(spec, FALSE);
}

static void add_devices(GPtrArray *options, const struct combination *combination)
{
	const char *said = g_hash_table_lookup(combination->values, "device");
	g_auto(GStrv) devices = g_strsplit(said ? said : "", " ", -1);

	for (char **device = devices; *device; device++) {
		if (**device == '\0')
			continue;
		g_ptr_array_add(options, g_strdup("--device"));
		g_ptr_array_add(options, with_properties(*device, combination));
	}
}

static gboolean add_vmm_options(GPtrArray *options, const struct combination *combination,
				GError **error)
{
	const char *said = g_hash_table_lookup(combination->values, "options");
	g_auto(GStrv) words = NULL;

	if (!said)
		return TRUE;
	if (!g_shell_parse_argv(said, NULL, &words, error))
		return FALSE;
	g_ptr_array_add(options, g_strdup("--"));
	for (char **word = words; *word; word++)
		g_ptr_array_add(options, g_strdup(*word));
	return TRUE;
}

static struct matrix_job *make_job(const struct combination *combination, GError **error)
{
	struct matrix_job *job = g_new0(struct matrix_job, 1);

	job->name = g_strdup(combination->name->str);
	job->requires = g_strdup(g_hash_table_lookup(combination->values, "requires"));
	job->options = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(job->options, g_strdup("--name"));
	g_ptr_array_add(job->options, g_strdup(job->name));
	for (const char *const *key = plain_keys; *key; key++) {
		const char *value = g_hash_table_lookup(combination->values, *key);

		if (value) {
			g_ptr_array_add(job->options, g_strconcat("--", *key, NULL));
			g_ptr_array_add(job->options, g_strdup(value));
		}
	}
	add_devices(job->options, combination);
	if (add_vmm_options(job->options, combination, error))
		return job;
	job_free(job);
	return NULL;
}

/* Whether an [exclude …] group says of each of its keys what the combination has. */
static gboolean matches_exclusion(GKeyFile *file, const char *group,
				  const struct combination *combination)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

	for (char **key = keys; key && *key; key++) {
		g_autofree char *pattern = g_key_file_get_string(file, group, *key, NULL);
		const char *value = g_hash_table_lookup(combination->values, *key);

		if (!value || !g_pattern_match_simple(pattern, value))
			return FALSE;
	}
	return keys && *keys;
}

/* A key that no job has would exclude nothing, and nobody would know. */
static gboolean exclusion_is_good(GKeyFile *file, const char *group, GError **error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

	for (char **key = keys; key && *key; key++) {
		if (key_is_known(*key))
			continue;
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "group [%s]: '%s' is no key of a matrix", group, *key);
		return FALSE;
	}
	return TRUE;
}

static gboolean is_excluded(GKeyFile *file, const struct combination *combination)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (char **group = groups; *group; group++) {
		if (g_str_has_prefix(*group, EXCLUDE) &&
		    matches_exclusion(file, *group, combination))
			return TRUE;
	}
	return FALSE;
}

/* Names are file names too, so a value's slashes and blanks do not stay. */
static void name_value(GString *name, const struct axis *axis, const char *value)
{
	gsize start = name->len;

	if (!axis->values[1])
		return;
	if (g_str_has_prefix(axis->key, PROPERTY))
		g_string_append_printf(name, "-%s=%s", axis->key + strlen(PROPERTY), value);
	else if (strcmp(axis->key, "cpus") == 0 || strcmp(axis->key, "memory") == 0)
		g_string_append_printf(name, "-%s=%s", axis->key, value);
	else
		g_string_append_printf(name, "-%s", value);
	for (char *c = name->str + start; *c; c++) {
		if (!g_ascii_isalnum(*c) && !strchr("-=._,", *c))
			*c = '_';
	}
}

/* Goes through the values of the axes from `next` on; the earlier ones are chosen. */
static gboolean expand(GKeyFile *file, const GPtrArray *axes, unsigned next,
		       struct combination *combination, GPtrArray *jobs, GError **error)
{
	if (next == axes->len) {
		struct matrix_job *job =
			is_excluded(file, combination) ? NULL : make_job(combination, error);

		if (job)
			g_ptr_array_add(jobs, job);
		return !*error;
	}

	const struct axis *axis = axes->pdata[next];
	gsize length = combination->name->len;

	for (char **value = axis->values; *value; value++) {
		g_hash_table_insert(combination->values, axis->key, *value);
		name_value(combination->name, axis, *value);
		if (!expand(file, axes, next + 1, combination, jobs, error))
			return FALSE;
		g_string_truncate(combination->name, length);
	}
	return TRUE;
}

static gboolean add_group(GKeyFile *file, const char *group, GPtrArray *jobs, GError **error)
{
	g_autoptr(GPtrArray) axes = read_axes(file, group, error);
	struct combination combination = {.group = group};
	gboolean fine;

	if (!axes)
		return FALSE;
	combination.values = g_hash_table_new(g_str_hash, g_str_equal);
	combination.name = g_string_new(group);
	fine = expand(file, axes, 0, &combination, jobs, error);
	g_hash_table_unref(combination.values);
	g_string_free(combination.name, TRUE);
	return fine;
}

static gboolean names_are_unique(const GPtrArray *jobs, GError **error)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

	for (unsigned i = 0; i < jobs->len; i++) {
		const struct matrix_job *job = jobs->pdata[i];

		if (g_hash_table_add(names, job->name))
			continue;
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "two jobs are named '%s'",
			    job->name);
		return FALSE;
	}
	return TRUE;
}

GPtrArray *matrix_load(const char *path, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(job_free);
	GError *problem = NULL;
	gboolean fine = g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &problem);
	g_auto(GStrv) groups = fine ? g_key_file_get_groups(file, NULL) : NULL;

	for (char **group = groups; fine && *group; group++) {
		fine = g_str_has_prefix(*group, EXCLUDE) ? exclusion_is_good(file, *group, &problem)
							 : add_group(file, *group, jobs, &problem);
	}
	if (fine && jobs->len == 0) {
		g_set_error(&problem, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it has no job");
		fine = FALSE;
	}
	if (fine && names_are_unique(jobs, &problem))
		return g_steal_pointer(&jobs);
	g_propagate_prefixed_error(error, problem, "%s: ", path);
	return NULL;
}
