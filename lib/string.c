/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/string.h"

#if __STDC_HOSTED__ == 0

/* Keeps the compiler from recognising a loop as the very library function that it implements. */
#define KEEP_LOOP() __asm__ volatile("" : : : "memory")

void *memcpy(void *restrict destination, const void *restrict source, size_t length)
{
	void *to = destination;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(source), "+c"(length) : : "memory");
	return destination;
}

void *memmove(void *destination, const void *source, size_t length)
{
	uint8_t *to = destination;
	const uint8_t *from = source;

	if (to <= from || to >= from + length)
		return memcpy(destination, source, length);
	while (length > 0) {
		length--;
		to[length] = from[length];
		KEEP_LOOP();
	}
	return destination;
}

void *memset(void *destination, int byte, size_t length)
{
	void *to = destination;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(byte) : "memory");
	return destination;
}

int memcmp(const void *a, const void *b, size_t length)
{
	const uint8_t *left = a, *right = b;

	for (size_t i = 0; i < length; i++) {
		if (left[i] != right[i])
			return left[i] - right[i];
	}
	return 0;
}

size_t strlen(const char *string)
{
	size_t length = 0;

	while (string[length] != '\0') {
		length++;
		KEEP_LOOP();
	}
	return length;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t left = (uint8_t)a[i], right = (uint8_t)b[i];

		if (left != right)
			return left - right;
		if (left == '\0')
			break;
	}
	return 0;
}

char *strchr(const char *string, int character)
{
	for (;; string++) {
		if (*string == (char)character)
			return (char *)(uintptr_t)string;
		if (*string == '\0')
			return NULL;
	}
}

#endif

bool copy_string(char *destination, size_t size, const char *source)
{
	size_t i = 0;

	for (; source[i] != '\0' && i + 1 < size; i++)
		destination[i] = source[i];
	destination[i] = '\0';
	return source[i] == '\0';
}

bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/*
 * One pattern, which ends at pattern_end. On a mismatch only the last '*' seen need take one
 * character more: an earlier one cannot do better.
 */
static bool glob_matches(const char *pattern, const char *pattern_end, const char *text)
{
	const char *after_star = NULL, *star_text = NULL;

	while (*text != '\0') {
		if (pattern < pattern_end && *pattern == '*') {
			after_star = ++pattern;
			star_text = text;
		} else if (pattern < pattern_end && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text++;
		} else if (after_star) {
			pattern = after_star;
			text = ++star_text;
		} else {
			return false;
		}
	}
	while (pattern < pattern_end && *pattern == '*')
		pattern++;
	return pattern == pattern_end;
}

bool glob_list_match(const char *list, const char *text)
{
	while (*list != '\0') {
		const char *end = strchr(list, ',');

		if (!end)
			end = list + strlen(list);
		if (end > list && glob_matches(list, end, text))
			return true;
		list = *end == ',' ? end + 1 : end;
	}
	return false;
}

/* The value of a digit in a base up to 16, or -1. */
static int digit_value(char character, unsigned base)
{
	unsigned value;

	if (character >= '0' && character <= '9')
		value = (unsigned)(character - '0');
	else if (character >= 'a' && character <= 'f')
		value = (unsigned)(character - 'a') + 10;
	else if (character >= 'A' && character <= 'F')
		value = (unsigned)(character - 'A') + 10;
	else
		return -1;
	return value < base ? (int)value : -1;
}

static unsigned suffix_shift(char suffix)
{
	switch (suffix) {
	case 'k':
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	default:
		return 0;
	}
}

bool parse_number(const char *text, uint64_t *value)
{
	unsigned base = starts_with(text, "0x") ? 16 : 10;
	uint64_t number = 0;

	if (base == 16)
		text += 2;
	if (digit_value(*text, base) < 0)
		return false;
	for (int digit; (digit = digit_value(*text, base)) >= 0; text++) {
		if (__builtin_mul_overflow(number, base, &number) ||
		    __builtin_add_overflow(number, (unsigned)digit, &number))
			return false;
	}

	unsigned shift = suffix_shift(*text);
	if (shift > 0) {
		text++;
		if (number > UINT64_MAX >> shift)
			return false;
		number <<= shift;
	}
	if (*text != '\0')
		return false;
	*value = number;
	return true;
}

bool all_bytes_are(const void *data, uint8_t byte, size_t length)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != byte)
			return false;
	}
	return true;
}
