/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for the parsers of firmware tables: pieces put at physical addresses, each in a heap
 * block of exactly its size, so that a byte too far is seen.
 */
#ifndef TESTS_UNIT_FAKE_FIRMWARE_H
#define TESTS_UNIT_FAKE_FIRMWARE_H

#include "arch/x86/firmware/firmware.h"

extern const struct firmware fake_firmware;

/* How many findings there were, and the last one. */
extern unsigned fake_findings;
extern char fake_last_finding[160];

/* Forgets all memory and findings: setup and teardown of a test. */
int fake_firmware_clear(void **state);

/* Puts a copy of the bytes at an address and returns it. */
uint8_t *fake_firmware_put(uint64_t address, const void *bytes, size_t size);

/* Sets bytes[at] so that `size` bytes add up to 0. */
void fake_firmware_fix_sum(uint8_t *bytes, size_t size, size_t at);

/*
 * Puts an ACPI table: signature, length, body behind the 36 bytes of the header, right checksum.
 */
uint8_t *fake_firmware_put_table(uint64_t address, const char signature[4], const void *body,
				 size_t body_size);

#endif
