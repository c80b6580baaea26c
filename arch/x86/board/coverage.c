/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Coverage of the image itself: at the end of an instrumented run (make coverage) libgcov's
 * freestanding entry turns the counters into .gcda contents, which go out of debugcon (port 0xe9)
 * as records that selfcheck/coverage/unpack.c takes apart: "GCS1", name length, data length, name,
 * data. Not instrumented itself, and in no other build.
 */
#include <gcov.h>

#include "arch/x86/board/coverage.h"
#include "lib/string.h"

#define COVERAGE_PORT 0xe9

extern const struct gcov_info *const coverage_start[];
extern const struct gcov_info *const coverage_end[];

/* What libgcov wants while it makes one file's contents. */
static uint8_t pool[256 * KIB];
static size_t pool_used;
static const char *file_name;
static uint32_t file_length;

static void send(const void *data, size_t length)
{
	__asm__ volatile("rep outsb"
			 : "+S"(data), "+c"(length)
			 : "d"((uint16_t)COVERAGE_PORT)
			 : "memory");
}

static void note_name(const char *name, void *context)
{
	file_name = name;
}

static void count_bytes(const void *data, unsigned length, void *context)
{
	file_length += length;
}

static void send_bytes(const void *data, unsigned length, void *context)
{
	send(data, length);
}

static void *allocate(unsigned length, void *context)
{
	void *piece = pool + pool_used;

	pool_used += ALIGN_UP((size_t)length, 16);
	return pool_used <= sizeof(pool) ? piece : NULL;
}

void coverage_dump(void)
{
	for (const struct gcov_info *const *info = coverage_start; info != coverage_end; info++) {
		uint32_t name_length;

		file_length = 0;
		pool_used = 0;
		__gcov_info_to_gcda(*info, note_name, count_bytes, allocate, NULL);
		name_length = (uint32_t)strlen(file_name);
		send("GCS1", 4);
		send(&name_length, sizeof(name_length));
		send(&file_length, sizeof(file_length));
		send(file_name, name_length);
		pool_used = 0;
		__gcov_info_to_gcda(*info, note_name, send_bytes, allocate, NULL);
	}
}

/* libgcov refers to these; none is ever called on the way through __gcov_info_to_gcda(). */
void __gcov_merge_add(void *counters, unsigned count);
void __gcov_merge_add(void *counters, unsigned count)
{
}

void *mmap(void);
void *mmap(void)
{
	return (void *)-1;
}

void abort(void);
void abort(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}
