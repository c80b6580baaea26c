/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the parsers of firmware tables see memory: through a function, so that they build on the
 * host too and can be fed with nonsense there. Any CPU.
 */
#ifndef ARCH_X86_FIRMWARE_H
#define ARCH_X86_FIRMWARE_H

#include "lib/base.h"

/* What a parser is given. */
struct firmware {
	/* `size` readable bytes at a physical address, which stay; NULL when there are none. */
	const void *(*bytes)(void *context, uint64_t address, uint64_t size);
	/* Takes note of a defect: a sentence without full stop. */
	void (*finding)(void *context, const char *sentence);
	void *context;
};

/* Says what is wrong. */
void firmware_finding(const struct firmware *firmware, const char *format, ...) PRINTF_LIKE(2, 3);

/* True when the bytes add up to 0, as in all of these tables. */
bool firmware_sums_to_zero(const void *bytes, size_t length);

/* The physical address of the extended BIOS data area, or 0. */
uint64_t firmware_ebda(const struct firmware *firmware);

/*
 * The first 16-byte boundary in [start, start + size) where `signature` stands and accept() says
 * yes, or 0.
 */
uint64_t firmware_scan(const struct firmware *firmware, uint64_t start, uint64_t size,
		       const char *signature,
		       bool (*accept)(const struct firmware *firmware, uint64_t address));

/* A little-endian number of 16 bits at any alignment, which these tables do not keep. */
uint16_t firmware_u16(const void *at);

/* Of 32 bits. */
uint32_t firmware_u32(const void *at);

/* Of 64 bits. */
uint64_t firmware_u64(const void *at);

#endif
