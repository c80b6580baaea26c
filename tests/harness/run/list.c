/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vp.list: the tests, the clauses that each judges and the rules for drivers that it breaks, those that the
 * harness judges beside them, and the clauses of the same areas that a guest could judge and no test does.
 */
#include "lib/string.h"
#include "tests/harness/judge/clause.h"
#include "tests/harness/judge/declared.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/report/report.h"
#include "tests/harness/run/selection.h"

#include "generated/driver_clause_names.h"

#define AREA_SIZE  16
#define AREAS_MOST 64

static void list_broken_rules(const uint16_t *rule)
{
	if (!rule)
		return;
	print("  breaks on purpose:");
	for (; *rule != DRIVER_CLAUSE_COUNT; rule++)
		print(" %s", driver_clause_names[*rule]);
	print("\n");
}

static void list_clauses_of_tests(void)
{
	for (const struct test *const *test = __start_registry_tests; test < __stop_registry_tests;
	     test++) {
		print("%s.%s: %s\n ", (*test)->suite, (*test)->name, (*test)->about);
		for_each_judged (id, *test)
			print(" %s", clause_name(&clauses[*id]));
		print("\n");
		list_broken_rules((*test)->breaks);
	}
}

static void list_clauses_of_harness(void)
{
	print("beside every test: the harness judges\n ");
	for (const uint16_t *id = judged_beside; *id != CLAUSE_COUNT; id++)
		print(" %s", clause_name(&clauses[*id]));
	print("\n");
}

struct areas {
	char names[AREAS_MOST][AREA_SIZE];
	unsigned count;
};

/* The area of a clause, the part of its id before the first dash, with the dash. */
static void area_of(const struct clause *clause, char area[AREA_SIZE])
{
	const char *name = clause_name(clause);
	size_t length = (size_t)(strchr(name, '-') - name) + 1;

	copy_string(area, MINIMUM(length + 1, (size_t)AREA_SIZE), name);
}

static bool is_among(const struct areas *areas, const char area[AREA_SIZE])
{
	for (unsigned n = 0; n < areas->count; n++) {
		if (strcmp(areas->names[n], area) == 0)
			return true;
	}
	return false;
}

static void list_uncovered(void)
{
	static struct areas judged;
	char area[AREA_SIZE];

	for (unsigned id = 0; id < CLAUSE_COUNT; id++) {
		area_of(&clauses[id], area);
		if (clause_is_judged(id) && !is_among(&judged, area) && judged.count < AREAS_MOST)
			copy_string(judged.names[judged.count++], AREA_SIZE, area);
	}
	print("uncovered: a guest could judge them, and no test does\n ");
	for (unsigned id = 0; id < CLAUSE_COUNT; id++) {
		if (clauses[id].observer != OBSERVED_BY_GUEST || clause_is_judged(id))
			continue;
		area_of(&clauses[id], area);
		if (is_among(&judged, area))
			print(" %s", clause_name(&clauses[id]));
	}
	print("\n");
}

static bool wanted;

static bool list_is_asked(void)
{
	return wanted;
}

static enum verdict list_tests(uint64_t start)
{
	list_clauses_of_tests();
	list_clauses_of_harness();
	list_uncovered();
	return VERDICT_PASS;
}

MODE(list,
     .words = WORDS({"list", "list tests and the clauses they judge, run nothing", PARAMETER_FLAG,
		     .value = &wanted}),
     .is_asked = list_is_asked, .needs_no_device = true, .run = list_tests);
