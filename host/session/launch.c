/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/launch.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "host/session/devices.h"
#include "host/session/names.h"
#include "host/system/environment.h"
#include "host/system/shell.h"

/* The longest that a descriptor gives to one, and the slash before it. */
#define SOCKET_NAME_LENGTH 16
/* What the image reads; what a loader does with more is its own affair. */
#define APPEND_MOST 4095

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

static struct launch *launch_allocate(const struct descriptor *descriptor)
{
	struct launch *launch = g_new0(struct launch, 1);

	launch->descriptor = descriptor;
	launch->devices = g_ptr_array_new_with_free_func(launch_device_free);
	launch->daemons = g_ptr_array_new_with_free_func(free_strings);
	launch->sockets = g_ptr_array_new_with_free_func(g_free);
	launch->foreign = g_ptr_array_new_with_free_func(g_free);
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
	if (launch->directory && !launch->keeps)
		remove_folder(launch->directory);
	g_free(launch->directory);
	g_free(launch->machine);
	g_free(launch->accelerator);
	g_free(launch->control);
	g_free(launch->successor);
	g_free(launch->workload);
	g_strfreev(launch->environment);
	g_ptr_array_unref(launch->devices);
	g_ptr_array_unref(launch->daemons);
	g_ptr_array_unref(launch->sockets);
	g_ptr_array_unref(launch->foreign);
	g_hash_table_unref(launch->base.texts);
	g_hash_table_unref(launch->base.words);
	g_hash_table_unref(launch->scope.texts);
	g_free(launch);
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

	launch_set_text(launch->scope.texts, "name", name);
	launch_add_group(launch->descriptor, group, launch->scope.texts);
	/* The kind of the image, not where it is. */
	g_hash_table_remove(launch->scope.texts, "image");
	return template_words(arguments, &launch->scope, launch_words(launch, kind), error);
}

static void add_number(struct launch *launch, const char *name, unsigned asked, const char *usual)
{
	g_autofree char *said = descriptor_text(launch->descriptor, "vmm", name, usual);
	g_autofree char *number = asked ? g_strdup_printf("%u", asked) : g_strdup(said);

	launch_set_text(launch->base.texts, name, number);
}

/* Words, or the path of a program that may well have blanks in it. */
static gboolean add_program(struct launch *launch, const char *asked, GError **error)
{
	g_autofree char *usual =
		descriptor_text(launch->descriptor, "vmm", "program", launch->descriptor->name);

	if (asked && g_file_test(asked, G_FILE_TEST_IS_EXECUTABLE)) {
		g_ptr_array_add(launch_words(launch, "program"), g_strdup(asked));
		return TRUE;
	}
	return template_words(asked ? asked : usual, &launch->base, launch_words(launch, "program"),
			      error);
}

static gboolean lacks_help(const struct launch *launch, const char *key, GError **error)
{
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
		    "the descriptor '%s' has no words for --%s", launch->descriptor->name, key);
	return FALSE;
}

/* The VMM's words for a help in debugging, which it may not have. */
static gboolean add_help(struct launch *launch, const char *key, GError **error)
{
	g_autofree char *words = descriptor_text(launch->descriptor, "vmm", key, NULL);

	return words ? template_words(words, &launch->base, launch_words(launch, "options"), error)
		     : lacks_help(launch, key, error);
}

/* {reconnect}: the VMM's words for a socket that it connects to again, where that is wanted. */
static gboolean set_reconnect(struct launch *launch, gboolean wanted, GError **error)
{
	g_autofree char *words = descriptor_text(launch->descriptor, "vmm", "reconnect", NULL);

	if (wanted && !words)
		return lacks_help(launch, "reconnect", error);
	launch->reconnects = wanted;
	launch_set_text(launch->base.texts, "reconnect", wanted ? words : "");
	return TRUE;
}

static gboolean fill(struct launch *launch, const struct launch_request *request, GError **error)
{
	g_autofree char *machine = descriptor_text(launch->descriptor, "vmm", "machine", "default");
	g_autofree char *accelerator =
		descriptor_text(launch->descriptor, "vmm", "accelerator", "default");

	launch->machine = g_strdup(request->machine ? request->machine : machine);
	launch->accelerator = g_strdup(request->accelerator ? request->accelerator : accelerator);
	launch->control = g_build_filename(launch->directory, "control", NULL);
	launch_set_text(launch->base.texts, "directory", launch->directory);
	launch_set_text(launch->base.texts, "control", launch->control);
	launch_set_text(launch->base.texts, "image", request->image);
	add_number(launch, "cpus", request->cpus, "2");
	add_number(launch, "memory", request->memory, "64");
	if ((request->trace && !add_help(launch, "trace", error)) ||
	    (request->debug && !add_help(launch, "debug", error)) ||
	    !set_reconnect(launch, request->reconnect, error))
		return FALSE;
	for (char *const *word = request->options; word && *word; word++)
		g_ptr_array_add(launch_words(launch, "options"), g_strdup(*word));
	launch_words(launch, "options");
	return add_program(launch, request->program, error) &&
	       add_choice(launch, "machine", launch->machine, error) &&
	       add_choice(launch, "accelerator", launch->accelerator, error) &&
	       launch_add_devices(launch, request, error);
}

static void set_surroundings(struct launch *launch)
{
	g_auto(GStrv) additions = descriptor_list(launch->descriptor, "vmm", "environment");
	g_autofree char *terminal = descriptor_text(launch->descriptor, "vmm", "terminal", "no");

	launch->environment = environment_clean(additions);
	launch->terminal = strcmp(terminal, "yes") == 0;
}

/* What VMMs take apart at commas, or out of JSON, and what a socket's name has room for. */
static gboolean is_fit_for_sockets(const char *folder, GError **error)
{
	const char *why = NULL;

	if (strpbrk(folder, ",\"\\{"))
		why = "there is one of the signs ,\"\\{ in its name";
	else if (strlen(folder) + SOCKET_NAME_LENGTH >= sizeof((struct sockaddr_un){0}.sun_path))
		why = "its name is too long for sockets in it";
	if (why)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
			    "TMPDIR has to be another folder than %s: %s", g_get_tmp_dir(), why);
	return !why;
}

struct launch *launch_new(const struct descriptor *descriptor, const struct launch_request *request,
			  GError **error)
{
	struct launch *launch = launch_allocate(descriptor);

	launch->keeps = request->debug;
	set_surroundings(launch);
	launch->directory = g_dir_make_tmp("virtproof-XXXXXX", error);
	if (launch->directory && is_fit_for_sockets(launch->directory, error) &&
	    fill(launch, request, error))
		return launch;
	launch_free(launch);
	return NULL;
}

/* Words for an image that may ask; what daemons say is told apart only with its help. */
static const char *words_for_asking(const struct launch *launch)
{
	if (!descriptor_has_verbs(launch->descriptor))
		return "";
	return launch->daemons->len || launch->foreign->len ? " vp.host vp.settle" : " vp.host";
}

char *launch_append(const struct launch *launch, gboolean we_listen)
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

	char *words = g_strdup_printf(
		"%s%s%s%s%s%s%s%s%s%s", we_listen ? "vp.format=json" : "", *own ? " " : "", own,
		of_machine ? " " : "", of_machine ? of_machine : "",
		scratch->len ? " vp.scratch=" : "", scratch->str,
		launch->workload ? " vp.workload=" : "", launch->workload ? launch->workload : "",
		we_listen ? words_for_asking(launch) : "");

	return g_strchug(words);
}

/* Whether a file is for this machine: for all, unless it names some. */
static gboolean is_for_machine(const struct launch *launch, const char *group)
{
	g_auto(GStrv) machines = descriptor_list(launch->descriptor, group, "machines");

	return !*machines || g_strv_contains((const char *const *)machines, launch->machine);
}

/* The [file NAME] groups become files of the job's folder. */
static gboolean write_files(struct launch *launch, GError **error)
{
	g_auto(GStrv) names = descriptor_members(launch->descriptor, "file");

	for (char **name = names; *name; name++) {
		g_autofree char *group = g_strconcat("file ", *name, NULL);

		if (!is_for_machine(launch, group))
			continue;

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
	g_autofree char *template =
		descriptor_text_on(launch->descriptor, launch->machine, "command", "");
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *line, *escaped;

	if (strlen(append) > APPEND_MOST) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			    "the words for the image are %zu bytes, and it reads %d",
			    strlen(append), APPEND_MOST);
		return NULL;
	}
	line = g_ptr_array_new_with_free_func(g_free);
	escaped = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(line, g_strdup(append));
	launch_set_words(launch, "append", line);
	g_ptr_array_add(escaped, g_strescape(append, NULL));
	launch_set_words(launch, "append-escaped", escaped);
	if (!write_files(launch, error) || !template_words(template, &launch->scope, words, error))
		return NULL;
	g_ptr_array_add(words, NULL);
	return g_strdupv((char **)words->pdata);
}

/* How the VMM was started, with another control socket. FALSE with error set when a template is wrong. */
static gboolean command_with_control(struct launch *launch, const char *control, GPtrArray *words,
				     GError **error)
{
	g_autofree char *template =
		descriptor_text_on(launch->descriptor, launch->machine, "command", "");
	gboolean fine;

	launch_set_text(launch->base.texts, "control", control);
	fine = template_words(template, &launch->scope, words, error);
	launch_set_text(launch->base.texts, "control", launch->control);
	return fine;
}

char **launch_successor(struct launch *launch, const char *template, GError **error)
{
	g_autofree char *name = g_strdup_printf("control-%u", ++launch->successors);
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *command = g_ptr_array_new_with_free_func(g_free);
	gboolean fine;

	g_free(launch->successor);
	launch->successor = g_build_filename(launch->directory, name, NULL);
	fine = command_with_control(launch, launch->successor, command, error);
	launch_set_words(launch, "command", command);
	launch_set_text(launch->base.texts, "successor-control", launch->successor);
	if (!fine || !template_words(template, &launch->scope, words, error))
		return NULL;
	g_ptr_array_add(words, NULL);
	return g_strdupv((char **)words->pdata);
}

void launch_set_control(struct launch *launch, const char *path)
{
	g_free(launch->control);
	launch->control = g_strdup(path);
	launch_set_text(launch->base.texts, "control", path);
}

gboolean launch_has_program(const struct launch *launch)
{
	const GPtrArray *words = g_hash_table_lookup(launch->base.words, "program");
	g_autofree char *found = words->len ? g_find_program_in_path(words->pdata[0]) : NULL;

	return found != NULL;
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

/* What makes a file of the folder again: zeroes by their number, a configuration by its text. */
static void script_file(GString *script, const char *path)
{
	g_autofree char *quoted = shell_word(path);
	g_autofree char *text = NULL, *quoted_text = NULL;
	struct stat status;

	if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return;
	if (status.st_blocks == 0) {
		g_string_append_printf(script, "truncate -s %" G_GINT64_FORMAT " %s\n",
				       (gint64)status.st_size, quoted);
	} else if (g_file_get_contents(path, &text, NULL, NULL)) {
		quoted_text = g_shell_quote(text);
		g_string_append_printf(script, "printf %%s %s >%s\n", quoted_text, quoted);
	}
}

static void script_files(GString *script, const struct launch *launch)
{
	g_autoptr(GDir) directory = g_dir_open(launch->directory, 0, NULL);
	const char *base;

	while (directory && (base = g_dir_read_name(directory))) {
		g_autofree char *path = g_build_filename(launch->directory, base, NULL);

		script_file(script, path);
	}
}

static void script_daemons(GString *script, const struct launch *launch)
{
	for (unsigned i = 0; i < launch->daemons->len; i++) {
		g_autofree char *line = shell_line(launch->daemons->pdata[i]);

		g_string_append_printf(script, "%s &\ndaemons=\"$daemons $!\"\n", line);
	}
	for (unsigned i = 0; i < launch->sockets->len; i++) {
		g_autofree char *quoted = shell_word(launch->sockets->pdata[i]);

		g_string_append_printf(script, "until [ -e %s ]; do sleep 0.1; done\n", quoted);
	}
}

char *launch_script(struct launch *launch, const char *append, GError **error)
{
	g_auto(GStrv) command = launch_command(launch, append, error);
	g_autofree char *line = command ? shell_line(command) : NULL;
	g_autofree char *folder = shell_word(launch->directory);
	GString *script;

	if (!line)
		return NULL;
	script = g_string_new("(\n");
	g_string_append_printf(script, "trap '%srm -r %s' EXIT\nmkdir %s\n",
			       launch->daemons->len ? "kill $daemons 2>/dev/null; " : "", folder,
			       folder);
	script_files(script, launch);
	script_daemons(script, launch);
	g_string_append_printf(script, "%s\n)\n", line);
	return g_string_free(script, FALSE);
}
