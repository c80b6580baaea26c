/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "selfcheck/unit/fake_boot.h"

__asm__(".bss\n.globl image_start, image_end\n"
	".balign 8\nimage_start: .skip 64\nimage_end: .previous");

static jmp_buf left;
static const struct boot_info *handed;

void *low_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

void virtproof_main(struct boot_info *info)
{
	handed = info;
	longjmp(left, 1);
}

const struct boot_info *handed_on(void (*enter)(const void *given), const void *given)
{
	if (setjmp(left) == 0)
		enter(given);
	return handed;
}

bool is_sound(const struct boot_info *info)
{
	for (unsigned n = 1; n < info->memory.count; n++) {
		if (info->memory.ranges[n - 1].start >= info->memory.ranges[n].start)
			return false;
	}
	return memchr(info->command_line, 0, sizeof(info->command_line));
}
