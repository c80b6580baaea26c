/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts of the catalogue, which the build keeps by byte pair encoding (scripts/clauses.c). */
#include "tests/harness/clause.h"

#define NESTING_MOST 64

/* Is this byte a character, or a code that stands for two bytes? */
static bool is_character(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x80;
}

static const char *expand(uint32_t offset, char *buffer, size_t size)
{
	const uint8_t *from = clause_text_pool + offset;
	uint8_t waiting[NESTING_MOST];
	unsigned depth = 0;
	size_t length = 0;

	while (length + 1 < size && (depth > 0 || *from)) {
		uint8_t byte = depth > 0 ? waiting[--depth] : *from++;

		while (!is_character(byte) && depth < NESTING_MOST) {
			waiting[depth++] = clause_text_pairs[byte][1];
			byte = clause_text_pairs[byte][0];
		}
		buffer[length++] = (char)byte;
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

const char *clause_needs(const struct clause *clause)
{
	static char needs[192];

	return expand(clause->needs, needs, sizeof(needs));
}
