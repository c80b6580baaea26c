/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/format.h"
#include "lib/string.h"

#define INT_MOST 0x7fffffff

/* Where formatted text goes: length counts on when the buffer is full. */
struct sink {
	char *buffer;
	size_t size;
	size_t length;
};

/* One conversion between its '%' and its letter. */
struct conversion {
	bool left, zero, alternate, blank, plus;
	size_t width;
	bool has_precision;
	size_t precision;
	unsigned bytes; /* of an integer argument */
};

static void put(struct sink *sink, char character)
{
	if (sink->length + 1 < sink->size)
		sink->buffer[sink->length] = character;
	sink->length++;
}

static void put_all(struct sink *sink, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		put(sink, text[i]);
}

/* The count may be a hostile width: only what fits is written. */
static void put_repeated(struct sink *sink, char character, size_t count)
{
	size_t end = sink->length + count;

	while (sink->length < end && sink->length + 1 < sink->size)
		put(sink, character);
	sink->length = end;
}

static void put_padded(struct sink *sink, const struct conversion *how, const char *text,
		       size_t length)
{
	size_t padding = how->width > length ? how->width - length : 0;

	if (!how->left)
		put_repeated(sink, ' ', padding);
	put_all(sink, text, length);
	if (how->left)
		put_repeated(sink, ' ', padding);
}

static void put_string(struct sink *sink, const struct conversion *how, const char *string)
{
	size_t length = 0;

	if (!string)
		string = "(null)";
	/* With a precision the string need not be terminated. */
	while ((!how->has_precision || length < how->precision) && string[length] != '\0')
		length++;
	put_padded(sink, how, string, length);
}

/* prefix is a sign or "0x"; it stands before padding zeroes and behind padding blanks. */
static void put_digits(struct sink *sink, const struct conversion *how, const char *prefix,
		       const char *digits, size_t count)
{
	size_t prefix_length = strlen(prefix);
	size_t zeroes = 0;

	if (how->has_precision)
		zeroes = how->precision > count ? how->precision - count : 0;
	else if (how->zero && !how->left && how->width > prefix_length + count)
		zeroes = how->width - prefix_length - count;

	size_t length = prefix_length + zeroes + count;
	size_t padding = how->width > length ? how->width - length : 0;

	if (!how->left)
		put_repeated(sink, ' ', padding);
	put_all(sink, prefix, prefix_length);
	put_repeated(sink, '0', zeroes);
	put_all(sink, digits, count);
	if (how->left)
		put_repeated(sink, ' ', padding);
}

static void put_number(struct sink *sink, const struct conversion *how, const char *prefix,
		       uint64_t value, unsigned base, bool upper)
{
	const char *alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char digits[20]; /* 2^64 - 1 in decimal */
	size_t first = sizeof(digits);

	/* As in C, zero with precision zero has no digits. */
	bool no_digits = value == 0 && how->has_precision && how->precision == 0;
	if (!no_digits) {
		do {
			digits[--first] = alphabet[value % base];
			value /= base;
		} while (value != 0);
	}
	put_digits(sink, how, prefix, digits + first, sizeof(digits) - first);
}

/* A va_list in a struct can be handed on by pointer on every ABI. */
struct arguments {
	va_list list;
};

static uint64_t next_unsigned(struct arguments *arguments, unsigned bytes)
{
	if (bytes == 8)
		return va_arg(arguments->list, uint64_t);

	uint32_t value = va_arg(arguments->list, uint32_t);
	if (bytes == 2)
		return (uint16_t)value;
	return bytes == 1 ? (uint8_t)value : value;
}

static int64_t next_signed(struct arguments *arguments, unsigned bytes)
{
	uint64_t value = next_unsigned(arguments, bytes);

	switch (bytes) {
	case 1:
		return (int8_t)value;
	case 2:
		return (int16_t)value;
	case 4:
		return (int32_t)value;
	default:
		return (int64_t)value;
	}
}

static void put_signed(struct sink *sink, const struct conversion *how, int64_t value)
{
	const char *prefix = "";

	if (value < 0)
		prefix = "-";
	else if (how->plus)
		prefix = "+";
	else if (how->blank)
		prefix = " ";
	put_number(sink, how, prefix, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, false);
}

/* Reads flags; returns the first character that is none. */
static const char *read_flags(struct conversion *how, const char *format)
{
	for (;; format++) {
		switch (*format) {
		case '-':
			how->left = true;
			break;
		case '0':
			how->zero = true;
			break;
		case '#':
			how->alternate = true;
			break;
		case ' ':
			how->blank = true;
			break;
		case '+':
			how->plus = true;
			break;
		default:
			return format;
		}
	}
}

/* Reads '*' or digits (none: 0) into *number, held below INT_MOST. */
static const char *read_number(const char *format, struct arguments *arguments, int *number)
{
	*number = 0;
	if (*format == '*') {
		*number = va_arg(arguments->list, int);
		return format + 1;
	}
	for (; *format >= '0' && *format <= '9'; format++) {
		if (*number < INT_MOST / 10)
			*number = *number * 10 + (*format - '0');
	}
	return format;
}

static const char *read_size(struct conversion *how, const char *format)
{
	how->bytes = sizeof(int);
	switch (*format) {
	case 'h':
		how->bytes = format[1] == 'h' ? 1 : 2;
		return format + (format[1] == 'h' ? 2 : 1);
	case 'l':
		how->bytes = 8;
		return format + (format[1] == 'l' ? 2 : 1);
	case 'z':
	case 'j':
	case 't':
		how->bytes = 8;
		return format + 1;
	default:
		return format;
	}
}

/* Everything between '%' and the conversion letter; returns where the letter is. */
static const char *read_conversion(struct conversion *how, const char *format,
				   struct arguments *arguments)
{
	int number;

	format = read_flags(how, format);
	format = read_number(format, arguments, &number);
	if (number < 0)
		how->left = true;
	how->width = number < 0 ? 0 - (size_t)number : (size_t)number;
	if (*format == '.') {
		format = read_number(format + 1, arguments, &number);
		how->has_precision = number >= 0;
		how->precision = number < 0 ? 0 : (size_t)number;
	}
	return read_size(how, format);
}

/* False when the letter is no conversion that we know. */
static bool convert(struct sink *sink, const struct conversion *how, char letter,
		    struct arguments *arguments)
{
	char character;

	switch (letter) {
	case '%':
		put(sink, '%');
		return true;
	case 'c':
		character = (char)va_arg(arguments->list, int);
		put_padded(sink, how, &character, 1);
		return true;
	case 's':
		put_string(sink, how, va_arg(arguments->list, const char *));
		return true;
	case 'd':
	case 'i':
		put_signed(sink, how, next_signed(arguments, how->bytes));
		return true;
	case 'u':
		put_number(sink, how, "", next_unsigned(arguments, how->bytes), 10, false);
		return true;
	case 'x':
	case 'X':
		put_number(sink, how,
			   !how->alternate ? ""
			   : letter == 'x' ? "0x"
					   : "0X",
			   next_unsigned(arguments, how->bytes), 16, letter == 'X');
		return true;
	case 'p':
		put_number(sink, how, "0x", (uintptr_t)va_arg(arguments->list, void *), 16, false);
		return true;
	default:
		return false;
	}
}

int format_text_list(char *buffer, size_t size, const char *format, va_list list)
{
	struct sink sink = {.buffer = buffer, .size = size};
	struct arguments arguments;

	va_copy(arguments.list, list);
	while (*format != '\0') {
		const char *start = format++;

		if (*start != '%') {
			put(&sink, *start);
			continue;
		}
		struct conversion how = {0};
		format = read_conversion(&how, format, &arguments);
		if (*format != '\0' && convert(&sink, &how, *format, &arguments)) {
			format++;
			continue;
		}
		if (*format != '\0')
			format++;
		put_all(&sink, start, (size_t)(format - start));
	}
	va_end(arguments.list);
	if (size > 0)
		buffer[MINIMUM(sink.length, size - 1)] = '\0';
	return (int)MINIMUM(sink.length, (size_t)INT_MOST);
}

int format_text(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = format_text_list(buffer, size, format, arguments);
	va_end(arguments);
	return length;
}

void text_add_list(struct text *text, const char *format, va_list arguments)
{
	if (text->cut)
		return;

	size_t room = text->size - text->length;
	size_t length =
		(size_t)format_text_list(text->buffer + text->length, room, format, arguments);

	text->cut = length > 0 && length >= room;
	if (text->cut)
		length = room > 0 ? room - 1 : 0;
	text->length += length;
}

void text_add(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_add_list(text, format, arguments);
	va_end(arguments);
}

/*
 * How many bytes the UTF-8 sequence at `bytes` has, or 0 when it is malformed (RFC 3629, section 4:
 * no overlong forms, no surrogates, nothing above U+10FFFF).
 */
static size_t utf8_length(const uint8_t *bytes)
{
	uint8_t lead = bytes[0], least = 0x80, most = 0xbf;
	size_t length;

	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		length = 2;
	else if (lead >= 0xe0 && lead <= 0xef)
		length = 3;
	else if (lead >= 0xf0 && lead <= 0xf4)
		length = 4;
	else
		return 0;

	if (lead == 0xe0)
		least = 0xa0;
	else if (lead == 0xed)
		most = 0x9f;
	else if (lead == 0xf0)
		least = 0x90;
	else if (lead == 0xf4)
		most = 0x8f;
	if (bytes[1] < least || bytes[1] > most)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

void text_add_json_escaped(struct text *text, const char *value)
{
	while (*value != '\0' && !text->cut) {
		uint8_t byte = (uint8_t)*value;
		size_t length = utf8_length((const uint8_t *)value);
		char piece[sizeof("\\u0000")];

		/* What a device calls itself need not be UTF-8; a JSON reader insists on it. */
		if (byte < 0x20 || byte == 0x7f || length == 0) {
			format_text(piece, sizeof(piece), "\\u%04x", byte);
			length = 1;
		} else if (byte == '"' || byte == '\\') {
			format_text(piece, sizeof(piece), "\\%c", byte);
		} else {
			format_text(piece, sizeof(piece), "%.*s", (int)length, value);
		}
		value += length;
		if (text->length + strlen(piece) < text->size)
			text_add(text, "%s", piece);
		else
			text->cut = true; /* half an escape would not be JSON */
	}
}
