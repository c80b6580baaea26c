/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes what a machine without ACPI can be given as ACPI, to be loaded at TABLES_AT. "lies": tables that are valid as
 * far as must be for each lie to be reached, and lie from there on. "hpet": an HPET and nothing else. "segments":
 * two segments. usage: acpi_tables KIND FILE
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TABLES_AT  0x80000u /* where the image looks, and firmware does not write */
#define HEADER     36u
#define RSDT_AT    0x400u
#define MADT_AT    0x1000u
#define MCFG_AT    0x1400u
#define BROKEN_AT  0x1800u
#define HPET_AT    0x1c00u
#define RSDT_LISTS 300u
#define SIZE       0x2000u

static uint8_t image[SIZE];

static void put32(uint32_t at, uint32_t value)
{
	memcpy(image + at, &value, sizeof(value));
}

/* Sets image[where] so that `size` bytes from `at` on add up to 0. */
static void fix_sum(uint32_t at, uint32_t size, uint32_t where)
{
	uint8_t sum = 0;

	image[where] = 0;
	for (uint32_t n = 0; n < size; n++)
		sum += image[at + n];
	image[where] = (uint8_t)-sum;
}

static void finish_table(uint32_t at, const char *signature, uint32_t size)
{
	memcpy(image + at, signature, 4);
	put32(at + 4, size);
	fix_sum(at, size, at + 9);
}

/* Lists itself, nothing, what is out of reach, and far more tables than anybody has. */
static void put_rsdt(void)
{
	uint32_t at = RSDT_AT + HEADER;
	const uint32_t first[] = {TABLES_AT + MADT_AT,
				  TABLES_AT + MCFG_AT,
				  TABLES_AT + BROKEN_AT,
				  TABLES_AT + RSDT_AT,
				  0,
				  UINT32_MAX};

	memcpy(image + at, first, sizeof(first));
	for (uint32_t n = 6; n < RSDT_LISTS; n++)
		put32(at + 4 * n, 0xd0000000 + n * 0x1000);
	finish_table(RSDT_AT, "RSDT", HEADER + 4 * RSDT_LISTS);
}

/* The boot CPU, one that is absent, an I/O APIC that is absent, and an entry of length 0. */
static void put_madt(void)
{
	static const uint8_t body[] = {
		0, 0,  0xe0, 0xfe, 1, 0, 0,    0,                /* LAPICs, flags */
		0, 8,  0,    0,    1, 0, 0,    0,                /* CPU 0 */
		0, 8,  9,    0x55, 1, 0, 0,    0,                /* no such CPU */
		1, 12, 0,    0,    0, 0, 0xc8, 0xfe, 0, 0, 0, 0, /* no such I/O APIC */
		1, 0,
	};

	memcpy(image + MADT_AT + HEADER, body, sizeof(body));
	finish_table(MADT_AT, "APIC", HEADER + sizeof(body));
}

/* Windows where nothing answers, one at 0, one that ends before it begins, and too many of them. */
static void put_mcfg(void)
{
	const uint32_t count = 20;

	for (uint32_t n = 0; n < count; n++) {
		uint32_t at = MCFG_AT + HEADER + 8 + 16 * n;

		put32(at, n == 1 ? 0 : 0xa0000000 + n * 0x1000000);
		image[at + 8] = (uint8_t)n;
		image[at + 10] = n == 2 ? 255 : 0;
		image[at + 11] = n == 2 ? 0 : 255;
	}
	finish_table(MCFG_AT, "MCFG", HEADER + 8 + 16 * count);
}

static void put_lies(void)
{
	put_rsdt();
	put_madt();
	put_mcfg();
	finish_table(BROKEN_AT, "FACP", 244);
	image[BROKEN_AT + 100]++;
}

/* A root table that lists one alone. */
static void put_short_rsdt(uint32_t table)
{
	put32(RSDT_AT + HEADER, TABLES_AT + table);
	finish_table(RSDT_AT, "RSDT", HEADER + 4);
}

/* Where QEMU has it. */
static void put_hpet(void)
{
	put32(HPET_AT + HEADER + 8, 0xfed00000);
	finish_table(HPET_AT, "HPET", HEADER + 20);
	put_short_rsdt(HPET_AT);
}

/* The window of QEMU's Q35, told twice. */
static void put_segments(void)
{
	for (uint32_t n = 0; n < 2; n++) {
		uint32_t at = MCFG_AT + HEADER + 8 + 16 * n;

		put32(at, 0xb0000000);
		image[at + 8] = (uint8_t)n;
		image[at + 11] = 255;
	}
	finish_table(MCFG_AT, "MCFG", HEADER + 8 + 16 * 2);
	put_short_rsdt(MCFG_AT);
}

static const struct {
	const char *name;
	void (*put)(void);
} kinds[] = {{"lies", put_lies}, {"hpet", put_hpet}, {"segments", put_segments}};

int main(int count, char **arguments)
{
	FILE *file = count == 3 ? fopen(arguments[2], "wb") : NULL;

	if (!file) {
		fprintf(stderr, "usage: acpi_tables KIND FILE\n");
		return 1;
	}
	memcpy(image, "RSD PTR ", 8);
	put32(16, TABLES_AT + RSDT_AT);
	fix_sum(0, 20, 8);
	for (unsigned n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
		if (strcmp(arguments[1], kinds[n].name) == 0)
			kinds[n].put();
	}
	return fwrite(image, sizeof(image), 1, file) != 1 || fclose(file) != 0;
}
