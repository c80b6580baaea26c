/* SPDX-License-Identifier: BSD-2-Clause */
/* What the machine is that a run is made on. Boot CPU. */
#ifndef TESTS_HARNESS_PLATFORM_H
#define TESTS_HARNESS_PLATFORM_H

#include "boot/boot_info.h"

/* Reports the platform and the command line as it came, and the seed, as the first record of a run (`run`). */
void report_run(const struct boot_info *info, const char *command_line, uint64_t seed);

/* Reports what was found out about the platform since the last call, a note each. */
void report_findings(void);

#endif
