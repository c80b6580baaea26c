/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "host/record/test.h"
#include "host/session/names.h"
#include "host/vmm/version.h"

/* The slots of a PCI bus that devices of ours may take. */
#define FIRST_SLOT 3
#define LAST_SLOT  0x1e

void launch_device_free(void *data)
{
	struct launch_device *device = data;

	g_free(device->name);
	g_free(device->bdf);
	g_free(device->scratch);
	g_free(device->socket);
	g_hash_table_unref(device->texts);
	g_free(device);
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
	device->daemon = launch->daemons->len;
	device->socket = device_text(device, "daemon-socket", error);
	if (device->socket)
		g_ptr_array_add(launch->sockets, g_strdup(device->socket));
	return device->socket != NULL || !g_hash_table_contains(device->texts, "daemon-socket");
}

/* Words that several devices need but the VMM takes only once. */
static gboolean add_once(struct launch *launch, struct launch_device *device, GError **error)
{
	g_autofree char *once = device_text(device, "once", error);
	GPtrArray *said = launch_words(launch, "once-said");

	if (!once)
		return !g_hash_table_contains(device->texts, "once");
	if (g_ptr_array_find_with_equal_func(said, once, g_str_equal, NULL))
		return TRUE;
	g_ptr_array_add(said, g_strdup(once));
	return template_words(once, &device->scope, launch_words(launch, "devices"), error);
}

/* What the device adds to each list that the descriptor declares ("drives" of a JSON file). */
static gboolean add_to_lists(struct launch *launch, struct launch_device *device, GError **error)
{
	g_auto(GStrv) lists = descriptor_list(launch->descriptor, "vmm", "lists");

	for (char **list = lists; *list; list++) {
		char *item = device_text(device, *list, error);

		if (item)
			g_ptr_array_add(launch_words(launch, *list), item);
		else if (g_hash_table_contains(device->texts, *list))
			return FALSE;
	}
	return TRUE;
}

/* What its requests look like; a type that is a number is said with it. The image takes one description. */
static gboolean add_workload(struct launch *launch, struct launch_device *device, GError **error)
{
	const char *name = g_hash_table_lookup(device->texts, "name");
	g_autofree char *parts = device_text(device, "workload", error);
	g_autofree char *said = NULL;

	if (!parts)
		return !g_hash_table_contains(device->texts, "workload");
	if (g_ascii_isdigit(*name) && !strstr(parts, "type:"))
		said = g_strdup_printf("type:%s,%s", name, parts);
	else
		said = g_strdup(parts);
	if (launch->workload && strcmp(launch->workload, said) != 0) {
		g_set_error(
			error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			"requests can be described for one type of devices, not as '%s' and as '%s'",
			launch->workload, said);
		return FALSE;
	}
	g_free(launch->workload);
	launch->workload = g_steal_pointer(&said);
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
	return add_workload(launch, device, error) && add_once(launch, device, error) &&
	       add_daemon(launch, device, error) && add_to_lists(launch, device, error) &&
	       (!arguments ||
		template_words(arguments, &device->scope, launch_words(launch, "devices"), error));
}

/* Where the machine puts devices one after the other, as the image names it; nothing where it does not say. */
static gboolean set_place(struct launch *launch, struct launch_device *device, unsigned index,
			  GError **error)
{
	g_autofree char *text = template_text("{places}", &launch->scope, "", NULL);
	g_auto(GStrv) places = text ? g_strsplit(text, ";", -1) : NULL;

	if (places && index >= g_strv_length(places)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
			    "this machine takes %u devices at most", g_strv_length(places));
		return FALSE;
	}
	if (places)
		launch_set_text(device->texts, "place", places[index]);
	return TRUE;
}

/* How many of the devices so far are of the type of that name: what it begins with, up to a -. */
static unsigned count_alike(const struct launch *launch, const char *name)
{
	gsize length = strcspn(name, "-");
	unsigned count = 0;

	for (unsigned i = 0; i < launch->devices->len; i++) {
		const struct launch_device *other = launch->devices->pdata[i];

		count += strcspn(other->name, "-") == length &&
			 strncmp(other->name, name, length) == 0;
	}
	return count;
}

/* spec is NAME[,PROPERTY=VALUE]…; NULL with error set when the bus is full. The launch owns it. */
static struct launch_device *new_device(struct launch *launch, const char *spec, GError **error)
{
	const char *comma = strchr(spec, ',');
	struct launch_device *device = g_new0(struct launch_device, 1);
	unsigned index = launch->devices->len;
	g_autofree char *number = g_strdup_printf("%u", index);
	g_autofree char *slot = g_strdup_printf("%02x", FIRST_SLOT + index);
	g_autofree char *slot_decimal = g_strdup_printf("%u", FIRST_SLOT + index);

	device->name = comma ? g_strndup(spec, (gsize)(comma - spec)) : g_strdup(spec);

	g_autofree char *nth = g_strdup_printf("%u", count_alike(launch, device->name));

	device->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	device->scope.outer = &launch->scope;
	device->scope.texts = device->texts;
	g_ptr_array_add(launch->devices, device);
	launch_set_text(device->texts, "name", device->name);
	launch_set_text(device->texts, "index", number);
	launch_set_text(device->texts, "nth", nth);
	launch_set_text(device->texts, "slot", slot);
	launch_set_text(device->texts, "slot-decimal", slot_decimal);
	launch_set_text(device->texts, "properties", comma ? comma : "");
	if (FIRST_SLOT + index <= LAST_SLOT)
		return set_place(launch, device, index, error) ? device : NULL;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "a bus takes %d devices at most",
		    LAST_SLOT - FIRST_SLOT + 1);
	return NULL;
}

static gboolean add_device(struct launch *launch, const char *spec, GError **error)
{
	struct launch_device *device = new_device(launch, spec, error);
	g_autofree char *group =
		device ? descriptor_group(launch->descriptor, "device", device->name, error) : NULL;

	if (!group)
		return FALSE;
	launch_add_group(launch->descriptor, group, device->texts);
	return finish_device(launch, device, error);
}

/*
 * What the VMM drives a device of that type by that is served from outside: the first of the group's front ends that
 * it says it has.
 */
static gboolean choose_front_end(struct launch *launch, struct launch_device *device,
				 GError **error)
{
	const char *listed = g_hash_table_lookup(device->texts, "front-ends");
	g_auto(GStrv) each = g_strsplit(listed ? listed : "", ";", -1);
	g_autofree char *has =
		vmm_answer(launch->descriptor, "front-ends", &launch->scope, NULL, error);
	g_autoptr(GString) missing = g_string_new(NULL);

	for (char **one = each; has && *one; one++) {
		g_autofree char *front_end = template_text(*one, &device->scope, " ", error);
		g_autofree char *name = NULL, *quoted = NULL;

		if (!front_end)
			return FALSE;
		name = g_strndup(front_end, strcspn(front_end, ","));
		quoted = g_strdup_printf("\"%s\"", name);
		if (*has == '\0' || strstr(has, quoted)) {
			launch_set_text(device->texts, "front-end", front_end);
			return TRUE;
		}
		g_string_append_printf(missing, "%s%s", missing->len ? ", " : "", name);
	}
	if (has)
		g_set_error(
			error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
			"this %s has no front end for vhost-user devices of the type '%s', none of: %s",
			launch->descriptor->name, device->name, missing->str);
	return FALSE;
}

/* Exactly one of daemon, a template, and path. */
static gboolean add_served(struct launch *launch, const char *spec, const char *daemon,
			   const char *path, const char *workload, GError **error)
{
	struct launch_device *device = new_device(launch, spec, error);
	gboolean numbered = device && g_ascii_isdigit(*device->name);
	g_autofree char *group =
		device ? descriptor_group(launch->descriptor, "vhost-user", device->name, error)
		       : NULL;
	g_autofree char *socket = path ? g_canonicalize_filename(path, NULL)
				       : g_build_filename(launch->directory, "vhost{index}", NULL);

	if (!group)
		return FALSE;
	if (!numbered && g_str_has_suffix(group, "*")) {
		g_auto(GStrv) members = descriptor_members(launch->descriptor, "vhost-user");
		g_autofree char *known = g_strjoinv(", ", members);

		g_set_error(
			error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			"'%s' is no type of vhost-user devices; known are: %s, and any by its number",
			device->name, known);
		return FALSE;
	}
	launch_add_group(launch->descriptor, "vhost-user *", device->texts);
	launch_add_group(launch->descriptor, group, device->texts);
	launch_set_text(device->texts, "socket", socket);
	if (workload)
		launch_set_text(device->texts, "workload", workload);
	if (!choose_front_end(launch, device, error))
		return FALSE;
	if (path) {
		g_ptr_array_add(launch->foreign, g_steal_pointer(&socket));
	} else {
		launch_set_text(device->texts, "daemon", daemon);
		launch_set_text(device->texts, "daemon-socket", "{socket}");
	}
	g_free(device->name);
	device->name = g_strconcat(OF_A_DAEMON, g_hash_table_lookup(device->texts, "name"), NULL);
	return finish_device(launch, device, error);
}

static gboolean add_all_served(struct launch *launch, const struct launch_request *request,
			       GError **error)
{
	char *const *daemon = request->daemons, *const *socket = request->sockets;

	for (char *const *spec = request->vhost_user; spec && *spec; spec++) {
		const char *template = daemon && *daemon ? *daemon++ : NULL;
		const char *path = !template && socket && *socket ? *socket++ : NULL;

		if (!template && !path)
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
				    "who serves the vhost-user device '%s'? --daemon 'COMMAND … "
				    "{socket}' starts it, --socket PATH is where it listens",
				    *spec);
		else if (template && !strstr(template, "{socket}"))
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
				    "--daemon '%s': {socket} has to stand where it takes the path "
				    "of its socket",
				    template);
		else if (add_served(launch, *spec, template, path, request->workload, error))
			continue;
		return FALSE;
	}
	if ((!daemon || !*daemon) && (!socket || !*socket))
		return TRUE;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
		    "which device does '%s' serve? --vhost-user TYPE says it",
		    daemon && *daemon ? *daemon : *socket);
	return FALSE;
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
	GPtrArray *words = launch_words(launch, name);

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

/* What is served from outside comes alone, unless other devices are asked for. */
gboolean launch_add_devices(struct launch *launch, const struct launch_request *request,
			    GError **error)
{
	static char *const none[] = {NULL};
	g_auto(GStrv) usual = descriptor_list(launch->descriptor, "vmm", "devices");
	char *const *asked = request->devices;
	char *const *specs = asked && *asked ? asked : request->vhost_user ? none : usual;
	g_auto(GStrv) lists = descriptor_list(launch->descriptor, "vmm", "lists");

	launch_words(launch, "devices");
	for (char **list = lists; *list; list++)
		launch_words(launch, *list);
	for (; *specs; specs++) {
		if (strcmp(*specs, "none") != 0 && !add_device(launch, *specs, error))
			return FALSE;
	}
	if (!add_all_served(launch, request, error))
		return FALSE;
	for (char **list = lists; *list; list++)
		finish_list(launch, *list);
	return TRUE;
}
