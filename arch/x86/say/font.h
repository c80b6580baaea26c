/* SPDX-License-Identifier: BSD-2-Clause */
/* The letters that a screen of pixels is written with. */
#ifndef ARCH_X86_FONT_H
#define ARCH_X86_FONT_H

#include "lib/base.h"

#define FONT_FIRST   ' '
#define FONT_LETTERS 95
#define FONT_COLUMNS 5
#define FONT_ROWS    7

/* A row a byte; by the letter less FONT_FIRST. Any CPU; handler-safe. */
extern const uint8_t font[FONT_LETTERS][FONT_ROWS];

#endif
