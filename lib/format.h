/* SPDX-License-Identifier: BSD-2-Clause */
/* Text out of values: a printf subset that needs no libc. */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include "lib/base.h"

/*
 * Conversions: %% %c %s %d %i %u %x %X %p; flags '-', '0', '#', ' ' and '+';
 * width and precision, also as '*'; lengths hh h l ll z j t. %#x of 0 is "0x0" (not
 * C's "0"), so that a value always reads as hexadecimal. A NULL string prints "(null)". An
 * unknown conversion is printed as it stands. No floating point.
 *
 * Writes at most size bytes, always terminated when size is not 0. Returns the
 * length the whole text has, as snprintf does.
 */
int format_text(char *buffer, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);

/* format_text() for whoever has been called with a format, too. */
int format_text_list(char *buffer, size_t size, const char *format, va_list arguments)
	PRINTF_LIKE(3, 0);

/*
 * Text that grows in a buffer of fixed size; what does not fit is dropped and
 * remembered in `cut`.
 */
struct text {
	char *buffer;
	size_t size;
	size_t length;
	bool cut;
};

/* An empty text in an array of characters. */
#define TEXT_ON(array) ((struct text){.buffer = (array), .size = sizeof(array)})

/* Adds to the text, converted as by format_text(), and terminates it. */
void text_add(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);

/* text_add() for whoever has been called with a format, too. */
void text_add_list(struct text *text, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

/*
 * Adds value as the inside of a JSON string (RFC 8259): quotes, backslashes, control bytes and
 * what is no UTF-8 escaped. An escape that does not fit is dropped as a whole.
 */
void text_add_json_escaped(struct text *text, const char *value);

#endif
