/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The texts of the catalogue, which the build keeps as a grammar (scripts/clauses.c): symbols below
 * 128 are characters, 0 ends a text, each of the others stands for two symbols.
 */
#include "tests/harness/judge/clause.h"

#define NESTING_MOST 64
#define RULES_FIRST  128

/* The nth of an array of 12-bit symbols, two in three bytes. */
static uint16_t symbol_at(const uint8_t *symbols, uint32_t n)
{
	const uint8_t *at = symbols + n / 2 * 3;

	return n % 2 ? (uint16_t)(at[1] >> 4 | at[2] << 4) : (uint16_t)(at[0] | (at[1] & 0xf) << 8);
}

static const char *expand(uint32_t place, char *buffer, size_t size)
{
	uint16_t waiting[NESTING_MOST], symbol;
	unsigned depth = 0;
	size_t length = 0;

	while (length + 1 < size) {
		symbol = depth > 0 ? waiting[--depth] : symbol_at(clause_text_symbols, place++);
		if (!symbol)
			break;
		while (symbol >= RULES_FIRST && depth < NESTING_MOST) {
			uint32_t rule = symbol - RULES_FIRST;

			waiting[depth++] = symbol_at(clause_text_rules, 2 * rule + 1);
			symbol = symbol_at(clause_text_rules, 2 * rule);
		}
		buffer[length++] = (char)symbol;
	}
	buffer[length] = '\0';
	return buffer;
}

const char *clause_name(const struct clause *clause)
{
	static char name[48];

	return expand(clause->id, name, sizeof(name));
}

const char *clause_statement(const struct clause *clause)
{
	static char statement[256];

	return expand(clause->statement, statement, sizeof(statement));
}

const char *clause_section(const struct clause *clause)
{
	static char section[320];

	return expand(clause->section, section, sizeof(section));
}
