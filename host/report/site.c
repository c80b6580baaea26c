/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/site.h"

#include <errno.h>
#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "host/report/site_json.h"
#include "host/system/output.h"

/* The signs of the report, for eyes that tell no colours apart. */
static const struct sign {
	const char *sign, *says;
} signs[] = {
	[STATE_BROKEN] = {"●", "broken"},
	[STATE_UNHEEDED] = {"◐", "not heeded"},
	[STATE_HOLDS] = {"○", "holds"},
	[STATE_UNJUDGED] = {"–", "not judged"},
};

static gboolean is_wrong(enum state state)
{
	return state == STATE_BROKEN || state == STATE_UNHEEDED;
}

/* Text of anybody's becomes text of the page. */
static void put(FILE *out, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autofree char *escaped = g_markup_escape_text(valid, -1);

	fputs(escaped, out);
}

/* Text between what stands before and behind it, which is markup; nothing for "". */
static void put_between(FILE *out, const char *before, const char *text, const char *behind)
{
	if (!*text)
		return;
	fputs(before, out);
	put(out, text);
	fputs(behind, out);
}

static void put_link(FILE *out, const char *folder, const char *file, const char *text)
{
	fprintf(out, "<a href=\"%s%s.html\">", folder, file);
	put(out, text);
	fputs("</a>", out);
}

/* What the specification calls a section, with a link to where it is published; nothing where it has none. */
static void put_section(FILE *out, const struct standing_clause *clause)
{
	if (*clause->link) {
		put_between(out, "<a href=\"", clause->link, "\">");
		put_between(out, "", clause->number, "</a> ");
	}
	put(out, clause->section);
}

/* up leads to the folder of the site. */
static void put_head(FILE *out, const char *title, const char *up)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
	      out);
	put(out, title);
	fprintf(out,
		"</title>\n<link rel=\"stylesheet\" href=\"%ssite.css\">\n"
		"<header><nav><a href=\"%sindex.html\">All VMMs</a> <a href=\"%ssite.json\">JSON</a></nav></header>\n"
		"<main>\n<h1>",
		up, up, up);
	put(out, title);
	fputs("</h1>\n", out);
}

static void put_end(FILE *out)
{
	fputs("</main>\n</html>\n", out);
}

static void put_legend(FILE *out)
{
	fputs("<p class=\"legend\">", out);
	for (enum state state = 0; state < STATES; state++)
		fprintf(out, "<span class=\"%s\">%s</span> %s ", state_name(state),
			signs[state].sign,
			state == STATE_UNHEEDED ? "a SHOULD is not heeded" : signs[state].says);
	fputs("</p>\n", out);
}

static void put_vmm_rows(FILE *out, const struct standing *standing)
{
	fputs("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">VMM</th>"
	      "<th scope=\"col\" class=\"number\">holds</th><th scope=\"col\" class=\"number\">broken</th>"
	      "<th scope=\"col\" class=\"number\">SHOULD not heeded</th><th scope=\"col\" class=\"number\">not judged</th>"
	      "<th scope=\"col\">last run</th></tr></thead>\n<tbody>\n",
	      out);
	for (unsigned i = 0; i < standing->vmms->len; i++) {
		const struct standing_vmm *vmm = standing->vmms->pdata[i];
		const char *time = "";

		for (unsigned j = 0; j < vmm->conclusions->len; j++) {
			const struct conclusion *conclusion = vmm->conclusions->pdata[j];

			if (strcmp(conclusion->job->time, time) > 0)
				time = conclusion->job->time;
		}
		fputs("<tr><th scope=\"row\">", out);
		put_link(out, "vmm/", vmm->file, vmm->name);
		fprintf(out,
			"</th><td class=\"number\">%u</td><td class=\"number %s\">%u</td>"
			"<td class=\"number\">%u</td><td class=\"number\">%u</td><td>",
			vmm->clauses[STATE_HOLDS], vmm->clauses[STATE_BROKEN] ? "broken" : "",
			vmm->clauses[STATE_BROKEN], vmm->clauses[STATE_UNHEEDED],
			vmm->clauses[STATE_UNJUDGED]);
		put(out, time);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_cell(FILE *out, const struct standing_clause *clause,
		     const struct standing_cell *cell)
{
	enum state state = standing_state(clause, cell);

	fprintf(out, "<td class=\"sign %s\">%s<span class=\"word\">%s</span></td>",
		state_name(state), signs[state].sign, signs[state].says);
}

/* Clauses that nobody judges are only counted. Those of a section stand below its title. */
static void put_grid(FILE *out, const struct standing *standing)
{
	const char *section = NULL;
	unsigned unjudged = 0;

	fputs("<div class=\"scroll tall\" tabindex=\"0\"><table class=\"grid\">\n<thead><tr><th scope=\"col\">clause</th>",
	      out);
	for (unsigned i = 0; i < standing->vmms->len; i++) {
		fputs("<th scope=\"col\" class=\"turned\"><span>", out);
		put(out, ((const struct standing_vmm *)standing->vmms->pdata[i])->name);
		fputs("</span></th>", out);
	}
	fputs("<th scope=\"col\">what it asks for</th></tr></thead>\n<tbody>\n", out);
	for (unsigned i = 0; i < standing->clauses->len; i++) {
		const struct standing_clause *clause = standing->clauses->pdata[i];

		if (!clause->judged) {
			unjudged++;
			continue;
		}
		if (g_strcmp0(section, clause->section) != 0 && *clause->section) {
			fprintf(out, "<tr><th scope=\"rowgroup\" class=\"section\" colspan=\"%u\">",
				standing->vmms->len + 2);
			put_section(out, clause);
			fputs("</th></tr>\n", out);
		}
		section = clause->section;
		fputs("<tr><th scope=\"row\">", out);
		put_link(out, "clause/", clause->file, clause->id);
		fputs("</th>", out);
		for (unsigned j = 0; j < standing->vmms->len; j++)
			put_cell(out, clause, &clause->cells[j]);
		fputs("<td>", out);
		put_between(out, "<b>", clause->level, "</b> ");
		put(out, clause->statement);
		fputs("</td></tr>\n", out);
	}
	fprintf(out, "</tbody></table></div>\n<p>%u more clauses are judged of none.</p>\n",
		unjudged);
}

static void put_index(FILE *out, const struct standing *standing)
{
	unsigned judged = 0, broken = 0, count = standing->vmms->len;

	for (unsigned i = 0; i < standing->clauses->len; i++) {
		const struct standing_clause *clause = standing->clauses->pdata[i];
		gboolean is_broken = FALSE;

		judged += clause->judged;
		for (unsigned j = 0; j < count; j++)
			is_broken |= standing_state(clause, &clause->cells[j]) == STATE_BROKEN;
		broken += is_broken;
	}
	put_head(out, "What VMMs make of virtio", "");
	fprintf(out,
		"<p>%u requirements of the specification were judged of %u version%s of VMMs; %u are broken by one of "
		"them at least.</p>\n",
		judged, count, count == 1 ? "" : "s", broken);
	put_vmm_rows(out, standing);
	fputs("<h2>Clauses</h2>\n", out);
	put_legend(out);
	put_grid(out, standing);
	put_end(out);
}

/* Only what is the address of a page becomes a link. */
static void put_reference(FILE *out, const char *link)
{
	if (!g_str_has_prefix(link, "https://")) {
		put_between(out, "<p>", link, "</p>\n");
		return;
	}
	put_between(out, "<p><a href=\"", link, "\">");
	put_between(out, "", link, "</a></p>\n");
}

/* How it was broken, and what is known of why. */
static void put_evidence(FILE *out, const struct standing_cell *cell)
{
	g_autofree char *where = NULL;

	if (!cell->check)
		return;
	where = test_label(cell->test);
	put_between(out, "<p class=\"seen\">", cell->check->message, "</p>\n");
	put_between(out, "<p>first in ", where, "");
	put_between(out, " (", cell->test->source ? cell->test->source : "", ")");
	fputs(cell->devices->len ? "; on" : "", out);
	for (unsigned i = 0; i < cell->devices->len; i++)
		put_between(out, i ? ", " : " ", cell->devices->pdata[i], "");
	fputs("</p>\n", out);
	if (cell->check->expectation) {
		put_between(out, "<p>known: ", cell->check->expectation->reason, "</p>\n");
		put_reference(out, cell->check->expectation->link);
	}
}

static void put_judges(FILE *out, const struct catalogue *catalogue, const char *id)
{
	unsigned count = 0;

	for (unsigned i = 0; catalogue && i < catalogue->tests->len; i++) {
		const struct catalogue_test *test = catalogue->tests->pdata[i];

		if (!g_strv_contains((const char *const *)test->clauses, id))
			continue;
		fputs(count++ ? "" : "<h2>Judged by</h2>\n<ul>\n", out);
		put_between(out, "<li><code>", test->name, "</code>: ");
		put(out, test->about);
		put_between(out, " (<code>", test->source, "</code>)");
		fputs("</li>\n", out);
	}
	fputs(count ? "</ul>\n" : "<p>No test judges it by itself.</p>\n", out);
}

/* What changed from the version before, in words; NULL for nothing. */
static const char *change(const struct standing *standing, const struct standing_clause *clause,
			  unsigned vmm)
{
	int before = standing_before(standing, vmm);
	enum state now, then;

	if (before < 0)
		return NULL;
	now = standing_state(clause, &clause->cells[vmm]);
	then = standing_state(clause, &clause->cells[before]);
	if (is_wrong(now) && then == STATE_HOLDS)
		return "it held in the version before";
	if (now == STATE_HOLDS && is_wrong(then))
		return "it was broken in the version before";
	return NULL;
}

/* Begins a section, whose heading is to be ended. */
static void put_heading_sign(FILE *out, enum state state)
{
	fprintf(out, "<section><h3><span class=\"%s\">%s</span> ", state_name(state),
		signs[state].sign);
}

/* Those that were not judged by a clause, in one paragraph. */
static void put_unjudged(FILE *out, const struct standing *standing,
			 const struct standing_clause *clause)
{
	unsigned count = 0;

	for (unsigned i = 0; i < standing->vmms->len; i++) {
		const struct standing_vmm *vmm = standing->vmms->pdata[i];

		if (standing_state(clause, &clause->cells[i]) != STATE_UNJUDGED)
			continue;
		fputs(count++ ? ", " : "<p class=\"legend\">Not judged: ", out);
		put_link(out, "../vmm/", vmm->file, vmm->name);
	}
	fputs(count ? "</p>\n" : "", out);
}

static void put_clause(FILE *out, const struct standing *standing,
		       const struct standing_clause *clause, const struct catalogue *catalogue)
{
	put_head(out, clause->id, "../");
	put_between(out, "<p class=\"statement\"><b>", clause->level, "</b> ");
	put(out, clause->statement);
	fputs("</p>\n", out);
	fputs("<p class=\"legend\">", out);
	put_section(out, clause);
	fputs("</p>\n", out);
	fputs("<h2>VMMs</h2>\n", out);
	for (unsigned i = 0; i < standing->vmms->len; i++) {
		const struct standing_vmm *vmm = standing->vmms->pdata[i];
		const struct standing_cell *cell = &clause->cells[i];
		enum state state = standing_state(clause, cell);
		const char *since = change(standing, clause, i);

		if (state == STATE_UNJUDGED)
			continue;
		put_heading_sign(out, state);
		put_link(out, "../vmm/", vmm->file, vmm->name);
		fprintf(out, ": %s%s%s</h3>\n", signs[state].says, since ? "; " : "",
			since ? since : "");
		put_evidence(out, cell);
		fputs("</section>\n", out);
	}
	put_unjudged(out, standing, clause);
	put_judges(out, catalogue, clause->id);
	put_end(out);
}

/* Those clauses of a VMM that are in one state. */
static void put_clauses_of(FILE *out, const struct standing *standing, unsigned vmm,
			   enum state state, const char *heading)
{
	gboolean any = FALSE;

	for (unsigned i = 0; i < standing->clauses->len; i++) {
		const struct standing_clause *clause = standing->clauses->pdata[i];

		if (standing_state(clause, &clause->cells[vmm]) != state)
			continue;
		if (!any)
			fprintf(out, "<h2>%s</h2>\n", heading);
		any = TRUE;
		put_heading_sign(out, state);
		put_link(out, "../clause/", clause->file, clause->id);
		fputs("</h3>\n", out);
		put_between(out, "<p>", clause->statement, "</p>\n");
		put_evidence(out, &clause->cells[vmm]);
		fputs("</section>\n", out);
	}
}

static void put_changes(FILE *out, const struct standing *standing, unsigned vmm)
{
	int before = standing_before(standing, vmm);
	unsigned count = 0;

	if (before < 0)
		return;
	put_between(out, "<h2>Since ",
		    ((const struct standing_vmm *)standing->vmms->pdata[before])->name, "</h2>\n");
	for (unsigned i = 0; i < standing->clauses->len; i++) {
		const struct standing_clause *clause = standing->clauses->pdata[i];

		if (!change(standing, clause, vmm))
			continue;
		fputs(count++ ? "" : "<ul>\n", out);
		fprintf(out, "<li>%s: ",
			is_wrong(standing_state(clause, &clause->cells[vmm])) ? "no more"
									      : "mended");
		put_link(out, "../clause/", clause->file, clause->id);
		put_between(out, " ", clause->statement, "");
		fputs("</li>\n", out);
	}
	fputs(count ? "</ul>\n" : "<p>Nothing that is judged of both has changed.</p>\n", out);
}

/* How many clauses are broken in a version that held in the one before it, or with mended the other way round. */
static unsigned count_changes(const struct standing *standing, unsigned vmm, gboolean mended)
{
	unsigned count = 0;

	for (unsigned i = 0; i < standing->clauses->len; i++) {
		const struct standing_clause *clause = standing->clauses->pdata[i];
		enum state now = standing_state(clause, &clause->cells[vmm]);

		count += change(standing, clause, vmm) && is_wrong(now) != mended;
	}
	return count;
}

/* A row for each version of the VMM, where there are many: what becomes of it over time. */
static void put_trend(FILE *out, const struct standing *standing, unsigned place)
{
	unsigned first = place, end = place + 1;

	while (standing_before(standing, first) >= 0)
		first--;
	while (end < standing->vmms->len && standing_before(standing, end) >= 0)
		end++;
	if (end - first < 2)
		return;
	fputs("<h2>Over its versions</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">version</th>"
	      "<th scope=\"col\" class=\"number\">holds</th><th scope=\"col\" class=\"number\">broken</th><th scope=\"col\" class=\"number\">SHOULD not heeded</th>"
	      "<th scope=\"col\" class=\"number\">newly broken</th><th scope=\"col\" class=\"number\">mended</th></tr></thead>\n<tbody>\n",
	      out);
	for (unsigned i = first; i < end; i++) {
		const struct standing_vmm *vmm = standing->vmms->pdata[i];

		fprintf(out, "<tr%s><th scope=\"row\">",
			i == place ? " aria-current=\"true\"" : "");
		put_link(out, "", vmm->file, *vmm->version ? vmm->version : vmm->name);
		fprintf(out,
			"</th><td class=\"number\">%u</td><td class=\"number %s\">%u</td><td class=\"number\">%u</td>"
			"<td class=\"number\">%u</td><td class=\"number\">%u</td></tr>\n",
			vmm->clauses[STATE_HOLDS], vmm->clauses[STATE_BROKEN] ? "broken" : "",
			vmm->clauses[STATE_BROKEN], vmm->clauses[STATE_UNHEEDED],
			count_changes(standing, i, FALSE), count_changes(standing, i, TRUE));
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_vmm(FILE *out, const struct standing *standing, unsigned place)
{
	const struct standing_vmm *vmm = standing->vmms->pdata[place];

	put_head(out, vmm->name, "../");
	fprintf(out,
		"<p>%u clauses hold, %u are broken, %u that only advise are not heeded, %u were not judged.</p>\n",
		vmm->clauses[STATE_HOLDS], vmm->clauses[STATE_BROKEN], vmm->clauses[STATE_UNHEEDED],
		vmm->clauses[STATE_UNJUDGED]);
	put_changes(out, standing, place);
	put_trend(out, standing, place);
	put_clauses_of(out, standing, place, STATE_BROKEN, "Broken");
	put_clauses_of(out, standing, place, STATE_UNHEEDED, "Not heeded");
	fputs("<h2>Runs</h2>\n<ul>\n", out);
	for (unsigned i = 0; i < vmm->conclusions->len; i++) {
		const struct job *job =
			((const struct conclusion *)vmm->conclusions->pdata[i])->job;

		fputs("<li>", out);
		put_between(out, "", job->name, "");
		put_between(out, ", ", job->time, "");
		fprintf(out, ", %u tests", job->tests->len);
		put_between(out, ": <code>", job->command, "</code>");
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
	put_end(out);
}

static void put_style(FILE *out)
{
	static const char *const parts[] = {"report.css", "site.css"};

	for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *path = g_strconcat("/virtproof/html/", parts[i], NULL);
		g_autoptr(GBytes) bytes =
			g_resources_lookup_data(path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

		fwrite(g_bytes_get_data(bytes, NULL), 1, g_bytes_get_size(bytes), out);
	}
}

/* A file of the site while it is written. */
struct page {
	char *path;
	struct output output;
};

static FILE *open_page(struct page *page, const char *folder, const char *within, const char *name)
{
	page->path = g_build_filename(folder, within, name, NULL);
	output_open(&page->output, page->path);
	return page->output.stream;
}

static gboolean close_page(struct page *page, GError **error)
{
	gboolean fine = output_close(&page->output, error);

	g_free(page->path);
	return fine;
}

static gboolean make_folders(const char *folder, GError **error)
{
	static const char *const within[] = {"clause", "vmm"};

	for (unsigned i = 0; i < G_N_ELEMENTS(within); i++) {
		g_autofree char *path = g_build_filename(folder, within[i], NULL);

		if (g_mkdir_with_parents(path, 0777) != 0) {
			g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path,
				    g_strerror(errno));
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean write_clauses(const struct standing *standing, const struct catalogue *catalogue,
			      const char *folder, GError **error)
{
	for (unsigned i = 0; i < standing->clauses->len; i++) {
		const struct standing_clause *clause = standing->clauses->pdata[i];
		g_autofree char *name = g_strconcat(clause->file, ".html", NULL);
		struct page page;

		if (!clause->judged)
			continue;
		put_clause(open_page(&page, folder, "clause", name), standing, clause, catalogue);
		if (!close_page(&page, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean write_vmms(const struct standing *standing, const char *folder, GError **error)
{
	for (unsigned i = 0; i < standing->vmms->len; i++) {
		const struct standing_vmm *vmm = standing->vmms->pdata[i];
		g_autofree char *name = g_strconcat(vmm->file, ".html", NULL);
		struct page page;

		put_vmm(open_page(&page, folder, "vmm", name), standing, i);
		if (!close_page(&page, error))
			return FALSE;
	}
	return TRUE;
}

gboolean site_write(const struct standing *standing, const struct catalogue *catalogue,
		    const char *folder, GError **error)
{
	struct page page;

	if (!make_folders(folder, error) || !write_clauses(standing, catalogue, folder, error) ||
	    !write_vmms(standing, folder, error))
		return FALSE;
	put_style(open_page(&page, folder, "", "site.css"));
	if (!close_page(&page, error))
		return FALSE;
	site_json(open_page(&page, folder, "", "site.json"), standing);
	if (!close_page(&page, error))
		return FALSE;
	put_index(open_page(&page, folder, "", "index.html"), standing);
	return close_page(&page, error);
}
