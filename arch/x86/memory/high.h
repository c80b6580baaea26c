/* SPDX-License-Identifier: BSD-2-Clause */
/* RAM above 4 GiB; arch/memory.h has the public part. Boot CPU. */
#ifndef ARCH_X86_HIGH_H
#define ARCH_X86_HIGH_H

struct memory_map;

/* Takes the largest piece of RAM above 4 GiB; does without where there is none. */
void memory_high_start(const struct memory_map *map);

#endif
