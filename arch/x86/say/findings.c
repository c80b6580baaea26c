/* SPDX-License-Identifier: BSD-2-Clause */
/* Sentences about the platform. Upward: kept, in their order, until somebody asks for them. */
#include "arch/findings.h"
#include "arch/x86/say/findings.h"
#include "lib/format.h"

#define FINDINGS_MOST 32
#define FINDING_SIZE  160

static char findings[FINDINGS_MOST][FINDING_SIZE];
static unsigned count;

void platform_add_finding(const char *format, ...)
{
	va_list arguments;

	if (count == FINDINGS_MOST)
		return;
	va_start(arguments, format);
	format_text_list(findings[count++], FINDING_SIZE, format, arguments);
	va_end(arguments);
}

unsigned platform_findings(void)
{
	return count;
}

const char *platform_finding(unsigned n)
{
	return n < count ? findings[n] : NULL;
}
