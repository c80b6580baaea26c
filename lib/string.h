/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and strings. The names and contracts of <string.h> are kept where they overlap. */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include "lib/base.h"

/* Copies length bytes; the two may not overlap. Returns destination. */
void *memcpy(void *restrict destination, const void *restrict source, size_t length);

/* Copies length bytes; the two may overlap. Returns destination. */
void *memmove(void *destination, const void *source, size_t length);

/* Sets length bytes to byte. Returns destination. */
void *memset(void *destination, int byte, size_t length);

/* Compares bytes as unsigned: below, above or equal to 0. */
int memcmp(const void *a, const void *b, size_t length);

/* How many characters stand before the terminator. */
size_t strlen(const char *string);

/* Compares two texts: below, above or equal to 0. */
int strcmp(const char *a, const char *b);

/* Compares the first `length` characters at the most. */
int strncmp(const char *a, const char *b, size_t length);

/* The first such character, which may be the terminator, or NULL. */
char *strchr(const char *string, int character);

/*
 * Copies source into destination, which holds size bytes (at least 1), and
 * always terminates it. Returns false when the text had to be cut.
 */
bool copy_string(char *destination, size_t size, const char *source);

/* True when text begins with prefix. */
bool starts_with(const char *text, const char *prefix);

/*
 * True when any pattern of a comma-separated list of globs matches the whole text: "*" any run of
 * characters, "?" any one. Linear in pattern times text, no recursion. An empty list matches nothing.
 */
bool glob_list_match(const char *list, const char *text);

/*
 * Reads a whole unsigned number from text: decimal, 0x hexadecimal, an optional
 * suffix k or K, M or G (powers of 1024). False when text is no number, has anything
 * behind it, or does not fit 64 bits; *value is then untouched.
 */
bool parse_number(const char *text, uint64_t *value);

/* True when length bytes at data all equal byte. */
bool all_bytes_are(const void *data, uint8_t byte, size_t length);

#endif
