/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MP table (Intel MultiProcessor Specification 1.4, chapter 4): for machines without a MADT. Any CPU.
 */
#ifndef ARCH_X86_MP_PARSE_H
#define ARCH_X86_MP_PARSE_H

#include "arch/x86/firmware/firmware.h"
#include "arch/x86/firmware/topology.h"
#include "lib/base.h"

/* The address of a valid MP floating pointer structure, or 0. */
uint64_t mp_find(const struct firmware *firmware);

/* Adds what the configuration table behind a floating pointer lists. */
void mp_parse(const struct firmware *firmware, uint64_t pointer, struct topology *topology);

#endif
