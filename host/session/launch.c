/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "host/system/environment.h"

/* The slots of a PCI bus that devices of ours may take. */
#define FIRST_SLOT 3
#define LAST_SLOT  0x1e

static void free_words(void *words)
{
	g_ptr_array_unref(words);
}

static void free_strings(void *strings)
{
	g_strfreev(strings);
}

/* With all that is in it, as far as possible. */
static void remove_folder(const char *path)
{
	g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
	const char *base;

	while (directory && (base = g_dir_read_name(directory))) {
		g_autofree char *inner = g_build_filename(path, base, NULL);

		if (g_file_test(inner, G_FILE_TEST_IS_DIR) &&
		    !g_file_test(inner, G_FILE_TEST_IS_SYMLINK))
			remove_folder(inner);
		else
			g_unlink(inner);
	}
	g_rmdir(path);
}

static void device_free(void *data)
{
	struct launch_device *device = data;

	g_free(device->name);
	g_free(device->bdf);
	g_free(device->scratch);
	g_hash_table_unref(device->texts);
	g_free(device);
}

static struct launch *launch_allocate(const struct descriptor *descriptor)
{
	struct launch *launch = g_new0(struct launch, 1);

	launch->descriptor = descriptor;
	launch->devices = g_ptr_array_new_with_free_func(device_free);
	launch->daemons = g_ptr_array_new_with_free_func(free_strings);
	launch->sockets = g_ptr_array_new_with_free_func(g_free);
	launch->base.texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	launch->base.words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_words);
	launch->scope.outer = &launch->base;
	launch->scope.texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return launch;
}

void launch_free(struct launch *launch)
{
	if (!launch)
		return;
	if (launch->directory)
		remove_folder(launch->directory);
	g_free(launch->directory);
	g_free(launch->machine);
	g_free(launch->accelerator);
	g_free(launch->control);
	g_strfreev(launch->environment);
	g_ptr_array_unref(launch->devices);
	g_ptr_array_unref(launch->daemons);
	g_ptr_array_unref(launch->sockets);
	g_hash_table_unref(launch->base.texts);
	g_hash_table_unref(launch->base.words);
	g_hash_table_unref(launch->scope.texts);
	g_free(launch);
}

static void set_text(GHashTable *texts, const char *name, const char *value)
{
	g_hash_table_insert(texts, g_strdup(name), g_strdup(value));
}

static void set_words(struct launch *launch, const char *name, GPtrArray *words)
{
	g_hash_table_insert(launch->base.words, g_strdup(name), words);
}

static GPtrArray *words_of(struct launch *launch, const char *name)
{
	GPtrArray *words = g_hash_table_lookup(launch->base.words, name);

	if (!words) {
		words = g_ptr_array_new_with_free_func(g_free);
		set_words(launch, name, words);
	}
	return words;
}

/* Every key of a group becomes a name for templates. */
static void add_group(const struct descriptor *descriptor, const char *group, GHashTable *texts)
{
	g_auto(GStrv) keys = g_key_file_get_keys(descriptor->file, group, NULL, NULL);

	for (char **key = keys; key && *key; key++) {
		g_autofree char *value = descriptor_text(descriptor, group, *key, "");

		set_text(texts, *key, value);
	}
}

/*
 * A choice such as the machine: its group's "arguments" become the words that {kind} stands for,
 * its other keys names for all templates.
 */
static gboolean add_choice(struct launch *launch, const char *kind, const char *name,
			   GError **error)
{
	g_autofree char *group = descriptor_group(launch->descriptor, kind, name, error);

	if (!group)
		return FALSE;

	g_autofree char *arguments = descriptor_text(launch->descriptor, group, "arguments", "");

	set_text(launch->scope.texts, "name", name);
	add_group(launch->descriptor, group, launch->scope.texts);
	return template_words(arguments, &launch->scope, words_of(launch, kind), error);
}

/* A file of zeroes of that many bytes, on disk only where it is written. */
static gboolean make_disk(const char *path, const char *size, GError **error)
{
	int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	off_t bytes = (off_t)g_ascii_strtoull(size, NULL, 10);

	if (descriptor >= 0 && ftruncate(descriptor, bytes) == 0) {
		close(descriptor);
		return TRUE;
	}
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path,
		    g_strerror(errno));
	if (descriptor >= 0)
		close(descriptor);
	return FALSE;
}

/* A template among a device's own keys, expanded; NULL with no error when it has none. */
static char *device_text(struct launch_device *device, const char *key, GError **error)
{
	const char *template = g_hash_table_lookup(device->texts, key);

	return template ? template_text(template, &device->scope, " ", error) : NULL;
}

static gboolean add_daemon(struct launch *launch, struct launch_device *device, GError **error)
{
	const char *template = g_hash_table_lookup(device->texts, "daemon");

	if (!template)
		return TRUE;

	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	if (!template_words(template, &device->scope, words, error))
		return FALSE;
	g_ptr_array_add(words, NULL);
	g_ptr_array_add(launch->daemons, g_strdupv((char **)words->pdata));

	char *socket = device_text(device, "daemon-socket", error);

	if (socket)
		g_ptr_array_add(launch->sockets, socket);
	return socket != NULL || !g_hash_table_contains(device->texts, "daemon-socket");
}

/* Words that several devices need but the VMM takes only once. */
static gboolean add_once(struct launch *launch, struct launch_device *device, GError **error)
{
	g_autofree char *once = device_text(device, "once", error);
	GPtrArray *said = words_of(launch, "once-said");

	if (!once)
		return !g_hash_table_contains(device->texts, "once");
	if (g_ptr_array_find_with_equal_func(said, once, g_str_equal, NULL))
		return TRUE;
	g_ptr_array_add(said, g_strdup(once));
	return template_words(once, &device->scope, words_of(launch, "devices"), error);
}

/* What the device adds to each list that the descriptor declares ("drives" of a JSON file). */
static gboolean add_to_lists(struct launch *launch, struct launch_device *device, GError **error)
{
	g_auto(GStrv) lists = descriptor_list(launch->descriptor, "vmm", "lists");

	for (char **list = lists; *list; list++) {
		char *item = device_text(device, *list, error);

		if (item)
			g_ptr_array_add(words_of(launch, *list), item);
		else if (g_hash_table_contains(device->texts, *list))
			return FALSE;
	}
	return TRUE;
}

static gboolean finish_device(struct launch *launch, struct launch_device *device, GError **error)
{
	const char *arguments = g_hash_table_lookup(device->texts, "arguments");
	g_autofree char *disk = device_text(device, "file", NULL);
	g_autofree char *size = device_text(device, "size", NULL);
	GError *ignored = NULL;

	device->bdf = template_text("{bdf}", &device->scope, "", &ignored);
	g_clear_error(&ignored);
	if (!device->bdf)
		device->bdf = g_strdup("");
	if (g_hash_table_contains(device->texts, "scratch")) {
		device->scratch = device_text(device, "scratch", error);
		if (!device->scratch)
			return FALSE;
	}
	if (disk && !make_disk(disk, size ? size : "16777216", error))
		return FALSE;
	return add_once(launch, device, error) && add_daemon(launch, device, error) &&
	       add_to_lists(launch, device, error) &&
	       (!arguments ||
		template_words(arguments, &device->scope, words_of(launch, "devices"), error));
}

/* spec is NAME[,PROPERTY=VALUE]… */
static gboolean add_device(struct launch *launch, const char *spec, GError **error)
{
	const char *comma = strchr(spec, ',');
	struct launch_device *device = g_new0(struct launch_device, 1);
	unsigned index = launch->devices->len;

	device->name = comma ? g_strndup(spec, (gsize)(comma - spec)) : g_strdup(spec);
	device->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	device->scope.outer = &launch->scope;
	device->scope.texts = device->texts;
	g_ptr_array_add(launch->devices, device);

	g_autofree char *group =
		descriptor_group(launch->descriptor, "device", device->name, error);
	g_autofree char *number = g_strdup_printf("%u", index);
	g_autofree char *slot = g_strdup_printf("%02x", FIRST_SLOT + index);
	g_autofree char *slot_decimal = g_strdup_printf("%u", FIRST_SLOT + index);

	if (!group)
		return FALSE;
	if (FIRST_SLOT + index > LAST_SLOT) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
			    "a bus takes %d devices at most", LAST_SLOT - FIRST_SLOT + 1);
		return FALSE;
	}
	set_text(device->texts, "name", device->name);
	set_text(device->texts, "index", number);
	set_text(device->texts, "slot", slot);
	set_text(device->texts, "slot-decimal", slot_decimal);
	set_text(device->texts, "properties", comma ? comma : "");
	add_group(launch->descriptor, group, device->texts);
	return finish_device(launch, device, error);
}

/*
 * A list that the descriptor has a group for: what stands before it unless it is empty, and what
 * separates its items, which makes one word of them.
 */
static void finish_list(struct launch *launch, const char *name)
{
	g_autofree char *group = g_strconcat("list ", name, NULL);
	g_autofree char *before = descriptor_text(launch->descriptor, group, "before", NULL);
	g_autofree char *separator = descriptor_text(launch->descriptor, group, "separator", NULL);
	GPtrArray *words = words_of(launch, name);

	if (words->len && before)
		g_ptr_array_insert(words, 0, g_strdup(before));
	if (!separator)
		return;

	GString *joined = g_string_new(NULL);

	for (unsigned i = 0; i < words->len; i++)
		g_string_append_printf(joined, "%s%s", i > (before ? 1 : 0) ? separator : "",
				       (char *)words->pdata[i]);
	g_ptr_array_set_size(words, 0);
	g_ptr_array_add(words, g_string_free(joined, FALSE));
}

static gboolean add_devices(struct launch *launch, char *const *asked, GError **error)
{
	g_auto(GStrv) usual = descriptor_list(launch->descriptor, "vmm", "devices");
	char *const *specs = asked && *asked ? asked : usual;
	g_auto(GStrv) lists = descriptor_list(launch->descriptor, "vmm", "lists");

	words_of(launch, "devices");
	for (char **list = lists; *list; list++)
		words_of(launch, *list);
	for (; *specs; specs++) {
		if (strcmp(*specs, "none") != 0 && !add_device(launch, *specs, error))
			return FALSE;
	}
	for (char **list = lists; *list; list++)
		finish_list(launch, *list);
	return TRUE;
}

static void add_number(struct launch *launch, const char *name, unsigned asked, const char *usual)
{
	g_autofree char *said = descriptor_text(launch->descriptor, "vmm", name, usual);
	g_autofree char *number = asked ? g_strdup_printf("%u", asked) : g_strdup(said);

	set_text(launch->base.texts, name, number);
}

static gboolean add_program(struct launch *launch, const char *asked, GError **error)
{
	g_autofree char *usual =
		descriptor_text(launch->descriptor, "vmm", "program", launch->descriptor->name);

	return template_words(asked ? asked : usual, &launch->base, words_of(launch, "program"),
			      error);
}

static gboolean fill(struct launch *launch, const struct launch_request *request, GError **error)
{
	g_autofree char *machine = descriptor_text(launch->descriptor, "vmm", "machine", "default");
	g_autofree char *accelerator =
		descriptor_text(launch->descriptor, "vmm", "accelerator", "default");

	launch->machine = g_strdup(request->machine ? request->machine : machine);
	launch->accelerator = g_strdup(request->accelerator ? request->accelerator : accelerator);
	launch->control = g_build_filename(launch->directory, "control", NULL);
	set_text(launch->base.texts, "directory", launch->directory);
	set_text(launch->base.texts, "control", launch->control);
	set_text(launch->base.texts, "image", request->image);
	add_number(launch, "cpus", request->cpus, "2");
	add_number(launch, "memory", request->memory, "64");
	for (char *const *word = request->options; word && *word; word++)
		g_ptr_array_add(words_of(launch, "options"), g_strdup(*word));
	words_of(launch, "options");
	return add_program(launch, request->program, error) &&
	       add_choice(launch, "machine", launch->machine, error) &&
	       add_choice(launch, "accelerator", launch->accelerator, error) &&
	       add_devices(launch, request->devices, error);
}

static void set_surroundings(struct launch *launch)
{
	g_auto(GStrv) additions = descriptor_list(launch->descriptor, "vmm", "environment");
	g_autofree char *terminal = descriptor_text(launch->descriptor, "vmm", "terminal", "no");

	launch->environment = environment_clean(additions);
	launch->terminal = strcmp(terminal, "yes") == 0;
}

struct launch *launch_new(const struct descriptor *descriptor, const struct launch_request *request,
			  GError **error)
{
	struct launch *launch = launch_allocate(descriptor);

	set_surroundings(launch);
	launch->directory = g_dir_make_tmp("virtproof-XXXXXX", error);
	if (launch->directory && fill(launch, request, error))
		return launch;
	launch_free(launch);
	return NULL;
}

char *launch_append(const struct launch *launch)
{
	g_autofree char *own = descriptor_text(launch->descriptor, "vmm", "append", "");
	const char *of_machine = g_hash_table_lookup(launch->scope.texts, "image-words");
	g_autoptr(GString) scratch = g_string_new(NULL);

	for (unsigned i = 0; i < launch->devices->len; i++) {
		const struct launch_device *device = launch->devices->pdata[i];

		if (device->scratch)
			g_string_append_printf(scratch, "%s%s", scratch->len ? "," : "",
					       device->scratch);
	}
	return g_strdup_printf("vp.format=json%s%s%s%s%s%s%s", *own ? " " : "", own,
			       of_machine ? " " : "", of_machine ? of_machine : "",
			       scratch->len ? " vp.scratch=" : "", scratch->str,
			       descriptor_has_verbs(launch->descriptor) ? " vp.host" : "");
}

/* The [file NAME] groups become files of the job's folder. */
static gboolean write_files(struct launch *launch, GError **error)
{
	g_auto(GStrv) names = descriptor_members(launch->descriptor, "file");

	for (char **name = names; *name; name++) {
		g_autofree char *group = g_strconcat("file ", *name, NULL);
		g_autofree char *template =
			descriptor_text(launch->descriptor, group, "content", "");
		g_autofree char *content = template_text(template, &launch->scope, " ", error);
		g_autofree char *path = g_build_filename(launch->directory, *name, NULL);

		if (!content || !g_file_set_contents(path, content, -1, error))
			return FALSE;
	}
	return TRUE;
}

char **launch_command(struct launch *launch, const char *append, GError **error)
{
	g_autofree char *template = descriptor_text(launch->descriptor, "vmm", "command", "");
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *line = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *escaped = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(line, g_strdup(append));
	set_words(launch, "append", line);
	g_ptr_array_add(escaped, g_strescape(append, NULL));
	set_words(launch, "append-escaped", escaped);
	if (!write_files(launch, error) || !template_words(template, &launch->scope, words, error))
		return NULL;
	g_ptr_array_add(words, NULL);
	return g_strdupv((char **)words->pdata);
}
void launch_clear_sockets(const struct launch *launch)
{
	g_autoptr(GDir) directory = g_dir_open(launch->directory, 0, NULL);
	const char *base;

	while (directory && (base = g_dir_read_name(directory))) {
		g_autofree char *path = g_build_filename(launch->directory, base, NULL);
		struct stat status;

		if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
			g_unlink(path);
	}
}
