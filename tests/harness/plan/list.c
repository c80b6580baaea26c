/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/plan/list.h"

#include "lib/string.h"
#include "tests/harness/report/report.h"
#include "tests/harness/plan/selection.h"

#define AREA_SIZE  16
#define AREAS_MOST 64

static bool is_in_a_test(const struct citation *citation)
{
	for (const struct test *const *test = __start_registry_tests; test < __stop_registry_tests;
	     test++) {
		if (cites(*test, citation))
			return true;
	}
	return false;
}

/* A helper has a place of its own for each time that it judges a clause. */
static bool is_named_already(const struct citation *citation)
{
	for_each_citation (earlier) {
		if (earlier == citation)
			return false;
		if (earlier->id == citation->id &&
		    strcmp(earlier->function, citation->function) == 0)
			return true;
	}
	return false;
}

static void list_clauses_of_tests(void)
{
	for (const struct test *const *test = __start_registry_tests; test < __stop_registry_tests;
	     test++) {
		print("%s.%s: %s\n ", (*test)->suite, (*test)->name, (*test)->about);
		for_each_citation (citation) {
			if (cites(*test, citation) && !is_named_already(citation))
				print(" %s", clause_name(&clauses[citation->id]));
		}
		print("\n");
	}
}

static void list_clauses_of_helpers(void)
{
	const char *function = "";

	for_each_citation (citation) {
		if (is_in_a_test(citation) || is_named_already(citation))
			continue;
		if (strcmp(function, citation->function) != 0)
			print("%s%s(): for every test that calls it\n ", *function ? "\n" : "",
			      citation->function);
		function = citation->function;
		print(" %s", clause_name(&clauses[citation->id]));
	}
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
		if (clause_is_cited(id) && !is_among(&judged, area) && judged.count < AREAS_MOST)
			copy_string(judged.names[judged.count++], AREA_SIZE, area);
	}
	print("uncovered: a guest could judge them, and no test does\n ");
	for (unsigned id = 0; id < CLAUSE_COUNT; id++) {
		if (clauses[id].observer != OBSERVED_BY_GUEST || clauses[id].legacy ||
		    clause_is_cited(id))
			continue;
		area_of(&clauses[id], area);
		if (is_among(&judged, area))
			print(" %s", clause_name(&clauses[id]));
	}
	print("\n");
}

void list_tests(void)
{
	list_clauses_of_tests();
	list_clauses_of_helpers();
	list_uncovered();
}
