/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/documents.h"

#include <string.h>

#include <gio/gio.h>

#include "host/report/formats.h"
#include "host/system/output.h"
#include "host/system/paths.h"

static const struct document_format formats[] = {
	{"tap", ".tap", document_tap},
	{"junit", ".xml", document_junit},
	{"badge", ".badge.json", document_badge}, /* before what ends as it does */
	{"json", ".json", document_json},
	{"markdown", ".md", document_markdown},
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
	struct output output;

	output_open(&output, path);
	format->write(report, output.stream);
	return output_close(&output, error);
}

gboolean documents_write(const struct report *report, char *const *paths, GError **error)
{
	gboolean fine = TRUE;

	for (; fine && paths && *paths; paths++)
		fine = document_write(report, document_format_of(*paths), *paths, error);
	return fine;
}
