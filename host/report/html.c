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

/* The data, gzip behind base64: a browser unpacks it, and nothing in it can end the element that it stands in. */
static void put_data(const struct report *report, FILE *out)
{
	g_autofree char *text = document_json_text(report, TRUE);
	g_autoptr(GOutputStream) packed = g_memory_output_stream_new_resizable();
	g_autoptr(GZlibCompressor) compressor =
		g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
	g_autoptr(GOutputStream) stream =
		g_converter_output_stream_new(packed, G_CONVERTER(compressor));
	GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM(packed);

	/* Into memory it cannot fail. */
	g_output_stream_write_all(stream, text, strlen(text), NULL, NULL, NULL);
	g_output_stream_close(stream, NULL, NULL);

	g_autofree char *letters = g_base64_encode(g_memory_output_stream_get_data(memory),
						   g_memory_output_stream_get_data_size(memory));

	fputs(letters, out);
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
