/* SPDX-License-Identifier: BSD-2-Clause */
/* Words for a shell. */
#ifndef HOST_SYSTEM_SHELL_H
#define HOST_SYSTEM_SHELL_H

#include <glib.h>

/* A word that a shell reads as the text, quoted only where it has to be. The caller owns it. */
char *shell_word(const char *text);

/* The words, NULL behind the last, as a line that a shell takes apart into them. The caller owns it. */
char *shell_line(char *const *words);

#endif
