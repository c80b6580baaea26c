/* SPDX-License-Identifier: BSD-2-Clause */
/* One HTML file that needs nothing else: the page of host/html with its parts put in. */
#include "host/report/formats.h"

#include <string.h>

#include <gio/gio.h>

#include "host/report/json.h"

/* A part of the page that is built into the program. */
static void put_part(const char *name, FILE *out)
{
	g_autofree char *path = g_strconcat("/virtproof/html/", name, NULL);
	g_autoptr(GBytes) bytes = g_resources_lookup_data(path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
	gsize length;
	const char *text = g_bytes_get_data(bytes, &length);

	fwrite(text, 1, length, out);
}

/* JSON inside a script element: "<" must not begin an end tag or a comment. */
static void put_data(const struct report *report, FILE *out)
{
	g_autofree char *text = document_json_text(report, TRUE);

	for (const char *c = text; *c; c++) {
		if (*c == '<')
			fputs("\\u003c", out);
		else
			fputc(*c, out);
	}
}

/* The page is text with lines "@@name" where a part belongs. */
void document_html(const struct report *report, FILE *out)
{
	g_autoptr(GBytes) bytes = g_resources_lookup_data("/virtproof/html/report.html",
							  G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
	g_auto(GStrv) lines = g_strsplit(g_bytes_get_data(bytes, NULL), "\n", -1);

	for (char **line = lines; *line; line++) {
		if (strcmp(*line, "@@data") == 0)
			put_data(report, out);
		else if (g_str_has_prefix(*line, "@@"))
			put_part(*line + 2, out);
		else
			fputs(*line, out);
		if (line[1])
			fputc('\n', out);
	}
}
