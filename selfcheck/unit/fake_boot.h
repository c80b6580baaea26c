/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine for ways in: RAM below 4 GiB, a place of the image, and what they hand on. */
#ifndef UNIT_FAKE_BOOT_H
#define UNIT_FAKE_BOOT_H

#include "boot/boot_info.h"

/* `size` bytes of RAM below 4 GiB, all zero, until the program ends. */
void *low_memory(size_t size);

/* What the way in hands on that `enter` ends in, which gets `given`. */
const struct boot_info *handed_on(void (*enter)(const void *given), const void *given);

/* Whether its line ends, and its ranges stand in their order, whatever it was made of. */
bool is_sound(const struct boot_info *info);

/* Where the image lies. */
extern char image_start[], image_end[];

#endif
