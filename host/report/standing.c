/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/standing.h"

#include <string.h>

static void vmm_free(void *data)
{
	struct standing_vmm *vmm = data;

	g_free(vmm->vmm);
	g_free(vmm->version);
	g_free(vmm->name);
	g_free(vmm->file);
	g_ptr_array_unref(vmm->conclusions);
	g_free(vmm);
}

/* Frees a clause with so many cells. */
static void standing_clause_free(struct standing_clause *clause, unsigned cells)
{
	for (unsigned i = 0; i < cells; i++)
		g_ptr_array_unref(clause->cells[i].devices);
	g_free(clause->cells);
	g_free(clause->file);
	g_free(clause);
}

void standing_free(struct standing *standing)
{
	for (unsigned i = 0; i < standing->clauses->len; i++)
		standing_clause_free(standing->clauses->pdata[i], standing->vmms->len);
	g_ptr_array_unref(standing->clauses);
	g_ptr_array_unref(standing->vmms);
	g_free(standing);
}

/* A name for a file, which no other has; what records say is anybody's. The caller owns it. */
static char *own_file(GHashTable *taken, const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
	g_autofree char *plain = g_strcanon(g_strndup(name, 100), letters, '_');
	char *file;

	if (!*plain || *plain == '.')
		*plain = '_';
	file = g_strdup(plain);
	for (unsigned n = 2; !g_hash_table_add(taken, file); n++)
		file = g_strdup_printf("%s_%u", plain, n);
	return g_strdup(file);
}

static int compare_vmms(const void *a, const void *b)
{
	const struct standing_vmm *one = *(struct standing_vmm *const *)a;
	const struct standing_vmm *other = *(struct standing_vmm *const *)b;
	int order = strcmp(one->vmm, other->vmm);

	return order ? order : strverscmp(one->version, other->version);
}

static struct standing_vmm *vmm_for(GPtrArray *vmms, const struct job *job)
{
	g_autofree char *subject = job_subject(job);
	struct standing_vmm *vmm;

	for (unsigned i = 0; i < vmms->len; i++) {
		vmm = vmms->pdata[i];
		if (strcmp(vmm->vmm, subject) == 0 && strcmp(vmm->version, job->version) == 0)
			return vmm;
	}
	vmm = g_new0(struct standing_vmm, 1);
	vmm->version = g_strdup(job->version);
	vmm->name = g_strdup_printf("%s%s%s", subject, *job->version ? " " : "", job->version);
	vmm->vmm = g_steal_pointer(&subject);
	vmm->conclusions = g_ptr_array_new();
	g_ptr_array_add(vmms, vmm);
	return vmm;
}

static GPtrArray *find_vmms(const struct report *report)
{
	GPtrArray *vmms = g_ptr_array_new_with_free_func(vmm_free);
	g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < report->conclusions->len; i++) {
		struct conclusion *conclusion = report->conclusions->pdata[i];

		g_ptr_array_add(vmm_for(vmms, conclusion->job)->conclusions, conclusion);
	}
	g_ptr_array_sort(vmms, compare_vmms);
	for (unsigned i = 0; i < vmms->len; i++) {
		struct standing_vmm *vmm = vmms->pdata[i];

		vmm->file = own_file(taken, vmm->name);
	}
	return vmms;
}

/* While clauses are gathered. */
struct gathering {
	struct standing *standing;
	GHashTable *by_id;
	GHashTable *files;
};

static struct standing_clause *clause_for(struct gathering *gathering, const char *id)
{
	struct standing_clause *clause = g_hash_table_lookup(gathering->by_id, id);
	unsigned cells = gathering->standing->vmms->len;

	if (clause)
		return clause;
	clause = g_new0(struct standing_clause, 1);
	clause->id = id;
	clause->level = clause->section = clause->number = clause->link = clause->statement = "";
	clause->file = own_file(gathering->files, id);
	clause->cells = g_new0(struct standing_cell, cells);
	for (unsigned i = 0; i < cells; i++)
		clause->cells[i].devices = g_ptr_array_new();
	g_ptr_array_add(gathering->standing->clauses, clause);
	g_hash_table_insert(gathering->by_id, (char *)id, clause);
	return clause;
}

static void take_catalogue(struct gathering *gathering, const struct catalogue *catalogue)
{
	for (unsigned i = 0; i < catalogue->clauses->len; i++) {
		const struct catalogue_clause *known = catalogue->clauses->pdata[i];
		struct standing_clause *clause = clause_for(gathering, known->id);

		clause->level = known->level;
		clause->section = known->section;
		clause->number = known->number;
		clause->link = known->link;
		clause->statement = known->statement;
	}
}

static void take_test(struct gathering *gathering, unsigned vmm, const struct test_result *test)
{
	const char *device = *test->given ? test->given : test->family;

	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];
		struct standing_clause *clause;
		struct standing_cell *cell;

		if (!*check->clause)
			continue;
		clause = clause_for(gathering, check->clause);
		cell = &clause->cells[vmm];
		if (!*clause->statement)
			clause->statement = check->statement;
		if (!*clause->section)
			clause->section = check->section;
		if (!cell->check) {
			cell->check = check;
			cell->test = test;
		}
		if (*device &&
		    !g_ptr_array_find_with_equal_func(cell->devices, device, g_str_equal, NULL))
			g_ptr_array_add(cell->devices, (char *)device);
	}
}

static void take_job(struct gathering *gathering, unsigned vmm, const struct job *job)
{
	for (unsigned i = 0; i < job->clauses->len; i++) {
		const struct clause *judged = job->clauses->pdata[i];
		struct standing_clause *clause;
		struct standing_cell *cell;

		if (!*judged->id)
			continue;
		clause = clause_for(gathering, judged->id);
		cell = &clause->cells[vmm];
		if (!*clause->level)
			clause->level = level_name(judged->level);
		cell->verdict = cell->told ? MAX(cell->verdict, judged->verdict) : judged->verdict;
		cell->told = TRUE;
		cell->checks += judged->checks;
		clause->judged |= judged->verdict != CLAUSE_UNJUDGED;
	}
	for (unsigned i = 0; i < job->tests->len; i++)
		take_test(gathering, vmm, job->tests->pdata[i]);
}

static void count_clauses(const struct standing *standing, unsigned place)
{
	struct standing_vmm *vmm = standing->vmms->pdata[place];

	for (unsigned i = 0; i < standing->clauses->len; i++) {
		const struct standing_clause *clause = standing->clauses->pdata[i];
		const struct standing_cell *cell = &clause->cells[place];

		vmm->clauses[standing_state(clause, cell)] += cell->told;
	}
}

struct standing *standing_of(const struct report *report, const struct catalogue *catalogue)
{
	g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct standing *standing = g_new0(struct standing, 1);
	struct gathering gathering = {.standing = standing, .by_id = by_id, .files = files};

	standing->vmms = find_vmms(report);
	standing->clauses = g_ptr_array_new();
	if (catalogue)
		take_catalogue(&gathering, catalogue);
	for (unsigned i = 0; i < standing->vmms->len; i++) {
		const struct standing_vmm *vmm = standing->vmms->pdata[i];

		for (unsigned j = 0; j < vmm->conclusions->len; j++)
			take_job(&gathering, i,
				 ((const struct conclusion *)vmm->conclusions->pdata[j])->job);
	}
	for (unsigned i = 0; i < standing->vmms->len; i++)
		count_clauses(standing, i);
	return standing;
}

enum state standing_state(const struct standing_clause *clause, const struct standing_cell *cell)
{
	if (!cell->told || cell->verdict == CLAUSE_UNJUDGED)
		return STATE_UNJUDGED;
	if (cell->verdict == CLAUSE_HOLDS)
		return STATE_HOLDS;
	return level_verdict(level_parse(clause->level)) == VERDICT_FAIL ? STATE_BROKEN
									 : STATE_UNHEEDED;
}

const char *state_name(enum state state)
{
	static const char *const names[] = {"broken", "unheeded", "holds", "unjudged"};

	return names[state];
}

int standing_before(const struct standing *standing, unsigned vmm)
{
	const struct standing_vmm *one = standing->vmms->pdata[vmm];
	const struct standing_vmm *before = vmm ? standing->vmms->pdata[vmm - 1] : NULL;

	return before && strcmp(before->vmm, one->vmm) == 0 ? (int)vmm - 1 : -1;
}
