/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One sentence to the console, then the way out that the board knows. Upward: whatever the state of
 * the machine, the run ends and says why.
 */
#include "arch/console.h"
#include "arch/x86/say/fatal.h"
#include "lib/format.h"
#include "lib/string.h"

static void (*end_run)(void);
static bool ending;

void fatal_ends_by(void (*end)(void))
{
	end_run = end;
}

static void say(const char *format, va_list arguments)
{
	char buffer[512];
	struct text text = TEXT_ON(buffer);

	text_add(&text, "virtproof: ");
	text_add_list(&text, format, arguments);
	console_write(buffer, strlen(buffer));
	console_write("\n", 1);
}

void fatal(const char *format, ...)
{
	va_list arguments;

	if (!ending) {
		ending = true;
		va_start(arguments, format);
		say(format, arguments);
		va_end(arguments);
	}
	if (end_run != NULL)
		end_run();
	for (;;)
		__asm__ volatile("cli; hlt" : : : "memory");
}
