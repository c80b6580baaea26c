/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/harness/judge/clause_text.c */
/* The texts that the image holds are those of tests/clauses.tsv; statements where a test may print them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/harness/judge/clause.h"

#include "generated/clauses_table.h"

enum column { ID, SECTION, LEVEL, APPLIES, NEEDS, STATEMENT, OBSERVE, HOW, COLUMNS };

static void every_row_reads_as_it_was_written(void **state)
{
	FILE *file = fopen("tests/clauses.tsv", "r");
	char *line = NULL;
	size_t size = 0;
	unsigned row = 0;

	assert_non_null(file);
	assert_true(getline(&line, &size, file) > 0);
	while (getline(&line, &size, file) > 0) {
		const struct clause *clause = &clauses[row++];
		char *columns[COLUMNS], *rest = line;

		line[strcspn(line, "\n")] = '\0';
		for (unsigned n = 0; n < COLUMNS; n++)
			columns[n] = strsep(&rest, "\t");
		assert_string_equal(clause_name(clause), columns[ID]);
		if (*clause_statement(clause)) {
			assert_string_equal(clause_statement(clause), columns[STATEMENT]);
			assert_string_equal(clause_section(clause), columns[SECTION]);
		}
		assert_int_equal(!(clause->interfaces & INTERFACE_MODERN),
				 strcmp(columns[APPLIES], "legacy") == 0);
		assert_int_equal(!(clause->interfaces & INTERFACE_LEGACY),
				 strcmp(columns[APPLIES], "modern") == 0);
	}
	assert_int_equal(row, CLAUSE_COUNT);
	assert_true(*clause_statement(&clauses[CLAUSE_SPLIT_USED_2]));
	free(line);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_reads_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
