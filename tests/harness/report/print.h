/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on the console, outside of any record: for phrases, and lists. Boot CPU. */
#ifndef TESTS_HARNESS_PRINT_H
#define TESTS_HARNESS_PRINT_H

#include "lib/base.h"

/* Prints what format_text() makes of the arguments, 16 KiB at most. */
void print(const char *format, ...) PRINTF_LIKE(1, 2);

/* Prints a text of any length as it stands. */
void print_text(const char *text);

#endif
