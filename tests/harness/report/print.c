/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/report/print.h"

#include "arch/console.h"
#include "lib/format.h"
#include "lib/string.h"

void print_text(const char *text)
{
	console_write(text, strlen(text));
}

void print(const char *format, ...)
{
	static char line[16384];
	struct text text = TEXT_ON(line);
	va_list arguments;

	va_start(arguments, format);
	text_add_list(&text, format, arguments);
	va_end(arguments);
	print_text(line);
}
