/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last words of an image that cannot go on. This room works before anything else does: it says
 * what there is to say, to COM1 or the debug console, and keeps what is to be said later.
 */
#ifndef ARCH_X86_FATAL_H
#define ARCH_X86_FATAL_H

#include "lib/base.h"

/*
 * A failure of the suite itself before it can do better: prints one sentence and ends the run. Any
 * CPU; handler-safe. When the end of the run fails in its turn, the second sentence is not printed.
 */
NORETURN void fatal(const char *format, ...) PRINTF_LIKE(1, 2);

/*
 * Says how fatal() ends the run, which this room cannot know; before, it halts. `end` does not
 * return, and is called once more when it leads to fatal() itself. Boot CPU, first of all.
 */
void fatal_ends_by(void (*end)(void));

#endif
