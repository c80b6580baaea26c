/* SPDX-License-Identifier: BSD-2-Clause */
/* What an exception says of itself. Handler-safe. */
#ifndef ARCH_X86_FAULT_H
#define ARCH_X86_FAULT_H

#include "arch/x86/cpu/trap.h"

/* The name of an exception's vector ("#PF page fault"), "reserved exception" where it has none. */
const char *exception_name(unsigned vector);

/*
 * The address that an exception is about: CR2 for a page fault or a double fault, else 0. To be
 * asked before the next page fault of this CPU.
 */
uint64_t exception_address(const struct trap_frame *frame);

#endif
