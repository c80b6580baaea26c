/* SPDX-License-Identifier: BSD-2-Clause */
/* How a run ends: every way out that a machine may have. */
#ifndef ARCH_POWER_H
#define ARCH_POWER_H

#include "lib/base.h"

/* A way out. */
enum power_way {
	POWER_AUTO,       /* what power_prefer() says, else S5, reset, triple fault */
	POWER_DEBUG_EXIT, /* isa-debug-exit at 0xf4: QEMU's exit status is code << 1 | 1 */
	POWER_S5,         /* ACPI's soft-off, or its hardware-reduced sleep */
	POWER_RESET,      /* reset register, i8042, CF9 */
	POWER_TRIPLE,     /* triple fault */
	POWER_HALT,       /* cli; hlt */
};

/* The code of a run that ends because the image itself cannot go on: the verdict "error". */
#define POWER_CODE_ERROR 2

/*
 * Ends the run. code is 0 … 127 and reaches the host where the platform has a way. Tries `way`,
 * then everything else that the platform has, and halts at last. Any CPU; handler-safe.
 */
NORETURN void power_off(enum power_way way, unsigned code);

/* What POWER_AUTO tries first, also when the image itself cannot go on. Boot CPU. */
void power_prefer(enum power_way way);

#endif
