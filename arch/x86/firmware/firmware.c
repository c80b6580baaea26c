/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What parsers of firmware tables share: the EBDA (IBM PS/2 BIOS data area, 40:0e), a scan for a
 * signature, checksums. Upward: nothing is read that the caller's memory does not give.
 */
#include "arch/x86/firmware/firmware.h"
#include "lib/format.h"
#include "lib/string.h"

#define EBDA_SEGMENT 0x40e /* a word in the BIOS data area */
#define EBDA_LOWEST  0x80000
#define EBDA_END     0xa0000
#define SCAN_STEP    16

void firmware_finding(const struct firmware *firmware, const char *format, ...)
{
	char sentence[160];
	va_list arguments;

	va_start(arguments, format);
	format_text_list(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	firmware->finding(firmware->context, sentence);
}

bool firmware_sums_to_zero(const void *bytes, size_t length)
{
	const uint8_t *byte = bytes;
	uint8_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += byte[i];
	return sum == 0;
}

uint16_t firmware_u16(const void *at)
{
	uint16_t value;

	__builtin_memcpy(&value, at, sizeof(value));
	return value;
}

uint32_t firmware_u32(const void *at)
{
	uint32_t value;

	__builtin_memcpy(&value, at, sizeof(value));
	return value;
}

uint64_t firmware_u64(const void *at)
{
	uint64_t value;

	__builtin_memcpy(&value, at, sizeof(value));
	return value;
}

uint64_t firmware_ebda(const struct firmware *firmware)
{
	const void *segment = firmware->bytes(firmware->context, EBDA_SEGMENT, 2);
	uint64_t address = segment != NULL ? (uint64_t)firmware_u16(segment) << 4 : 0;

	return address >= EBDA_LOWEST && address < EBDA_END ? address : 0;
}

uint64_t firmware_scan(const struct firmware *firmware, uint64_t start, uint64_t size,
		       const char *signature,
		       bool (*accept)(const struct firmware *firmware, uint64_t address))
{
	const char *bytes = firmware->bytes(firmware->context, start, size);
	size_t length = strlen(signature);

	if (bytes == NULL)
		return 0;
	for (uint64_t at = 0; at + length <= size; at += SCAN_STEP) {
		if (bytes[at] == signature[0] && memcmp(bytes + at, signature, length) == 0 &&
		    accept(firmware, start + at))
			return start + at;
	}
	return 0;
}
