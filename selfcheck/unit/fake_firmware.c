/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selfcheck/unit/fake_firmware.h"

#define PIECES_MOST     64
#define HEADER_SIZE     36
#define HEADER_LENGTH   4
#define HEADER_CHECKSUM 9

static struct piece {
	uint64_t address;
	size_t size;
	uint8_t *bytes;
} pieces[PIECES_MOST];
static unsigned piece_count;

unsigned fake_findings;
char fake_last_finding[160];

static const void *bytes(void *context, uint64_t address, uint64_t size)
{
	for (unsigned i = 0; i < piece_count; i++) {
		const struct piece *piece = &pieces[i];

		if (address >= piece->address && address - piece->address < piece->size &&
		    size <= piece->size - (address - piece->address))
			return piece->bytes + (address - piece->address);
	}
	return NULL;
}

static void finding(void *context, const char *sentence)
{
	fake_findings++;
	snprintf(fake_last_finding, sizeof(fake_last_finding), "%s", sentence);
}

const struct firmware fake_firmware = {bytes, finding, NULL};

int fake_firmware_clear(void **state)
{
	while (piece_count > 0)
		free(pieces[--piece_count].bytes);
	fake_findings = 0;
	fake_last_finding[0] = '\0';
	return 0;
}

uint8_t *fake_firmware_put(uint64_t address, const void *content, size_t size)
{
	struct piece *piece = &pieces[piece_count];

	if (piece_count == PIECES_MOST)
		abort();
	piece_count++;
	*piece = (struct piece){address, size, malloc(size)};
	memcpy(piece->bytes, content, size);
	return piece->bytes;
}

void fake_firmware_fix_sum(uint8_t *content, size_t size, size_t at)
{
	uint8_t sum = 0;

	content[at] = 0;
	for (size_t i = 0; i < size; i++)
		sum += content[i];
	content[at] = -sum;
}

uint8_t *fake_firmware_put_table(uint64_t address, const char signature[4], const void *body,
				 size_t body_size)
{
	size_t size = HEADER_SIZE + body_size;
	uint8_t *table = calloc(1, size), *placed;
	uint32_t length = size;

	memcpy(table, signature, 4);
	memcpy(table + HEADER_LENGTH, &length, sizeof(length));
	if (body_size > 0)
		memcpy(table + HEADER_SIZE, body, body_size);
	fake_firmware_fix_sum(table, size, HEADER_CHECKSUM);
	placed = fake_firmware_put(address, table, size);
	free(table);
	return placed;
}
