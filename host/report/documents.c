/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/documents.h"

#include <errno.h>
#include <string.h>

#include <gio/gio.h>

#include "host/report/formats.h"
#include "host/system/paths.h"

static const struct document_format formats[] = {
	{"tap", ".tap", document_tap},    {"junit", ".xml", document_junit},
	{"json", ".json", document_json}, {"markdown", ".md", document_markdown},
	{"html", ".html", document_html},
};

const struct document_format *document_format_named(const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	}
	return NULL;
}

const struct document_format *document_format_of(const char *path)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (g_str_has_suffix(path, formats[i].suffix))
			return &formats[i];
	}
	return NULL;
}

gboolean documents_are_possible(char *const *paths, GError **error)
{
	for (; paths && *paths; paths++) {
		if (!document_format_of(*paths)) {
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
				    "%s: the name does not tell the format of the report", *paths);
			return FALSE;
		}
		if (!paths_make_folder_of(*paths, error))
			return FALSE;
	}
	return TRUE;
}

gboolean document_write(const struct report *report, const struct document_format *format,
			const char *path, GError **error)
{
	gboolean is_output = strcmp(path, "-") == 0;
	FILE *out = is_output ? stdout : fopen(path, "w");

	if (out) {
		format->write(report, out);
		if (!ferror(out) && (is_output ? fflush(out) : fclose(out)) == 0)
			return TRUE;
	}
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path,
		    g_strerror(errno));
	return FALSE;
}

gboolean documents_write(const struct report *report, char *const *paths, GError **error)
{
	gboolean fine = TRUE;

	for (; fine && *paths; paths++)
		fine = document_write(report, document_format_of(*paths), *paths, error);
	return fine;
}
