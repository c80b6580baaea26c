/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/system/paths.h"

#include <errno.h>
#include <string.h>

#include <gio/gio.h>

/* The folder that the program stands in; "." when the system does not tell. */
static char *own_folder(void)
{
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);

	return program ? g_path_get_dirname(program) : g_strdup(".");
}

char *paths_image(const char *kind)
{
	g_autofree char *folder = own_folder();
	g_autofree char *base = g_strconcat("virtproof.", kind, NULL);
	char *beside = g_build_filename(folder, base, NULL);

	if (g_file_test(beside, G_FILE_TEST_EXISTS))
		return beside;

	g_autofree char *installed = g_build_filename(folder, "..", "lib", "virtproof", base, NULL);

	if (!g_file_test(installed, G_FILE_TEST_EXISTS))
		return beside;
	g_free(beside);
	return g_canonicalize_filename(installed, NULL);
}

/* What comes with the program. */
static char *shipped_expectations(void)
{
	g_autofree char *folder = own_folder();
	g_autofree char *in_tree = g_build_filename(folder, "..", "known", "expect", NULL);

	if (g_file_test(in_tree, G_FILE_TEST_IS_DIR))
		return g_canonicalize_filename(in_tree, NULL);

	g_autofree char *installed =
		g_build_filename(folder, "..", "share", "virtproof", "expect", NULL);

	return g_canonicalize_filename(installed, NULL);
}

/* .virtproof where we are, or above; NULL. */
static char *own_expectations(void)
{
	g_autofree char *folder = g_get_current_dir();

	for (;;) {
		g_autofree char *found = g_build_filename(folder, ".virtproof", NULL);
		char *above;

		if (g_file_test(found, G_FILE_TEST_IS_DIR))
			return g_steal_pointer(&found);
		above = g_path_get_dirname(folder);
		if (strcmp(above, folder) == 0) {
			g_free(above);
			return NULL;
		}
		g_free(folder);
		folder = above;
	}
}

char **paths_expectations(void)
{
	char **folders = g_new0(char *, 3);
	unsigned count = 0;

	folders[count] = own_expectations();
	count += folders[count] != NULL;
	folders[count] = shipped_expectations();
	return folders;
}

gboolean paths_make_folder_of(const char *path, GError **error)
{
	g_autofree char *folder = path ? g_path_get_dirname(path) : NULL;

	if (!folder || g_mkdir_with_parents(folder, 0777) == 0)
		return TRUE;
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", folder,
		    g_strerror(errno));
	return FALSE;
}
