/* SPDX-License-Identifier: BSD-2-Clause */
/* links: virtio/device/described.c lib/arena.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "virtio/device/described.h"

static const struct workload *taken;
static char message[256];

void workload_fall_back(const struct workload *workload)
{
	taken = workload;
}

static void assert_refused(const char *text, const char *words)
{
	assert_false(workload_describe(text, message, sizeof(message)));
	if (!strstr(message, words))
		fail_msg("%s: %s", text, message);
}

static void test_request_is_as_described(void **state)
{
	static uint8_t memory[4096];
	struct arena arena;
	struct request request;

	assert_true(workload_describe("type:40,queue:2,out:5,in:0x10,data:01fF", message,
				      sizeof(message)));
	assert_non_null(taken);
	assert_int_equal(taken->type, 40);
	assert_int_equal(taken->queue, 2);
	assert_int_equal(taken->queues, 3);
	arena_start(&arena, memory, sizeof(memory));
	assert_true(taken->prepare(NULL, &arena, 1, &request));
	assert_int_equal(request.out_length, 5);
	assert_memory_equal(request.out, "\x01\xff\0\0\0", 5);
	assert_int_equal(request.in_length, 16);
	assert_int_equal(request.written_least, 0);
	assert_int_equal(request.written_most, 16);
}

static void test_either_direction_may_be_empty(void **state)
{
	static uint8_t memory[4096];
	struct arena arena;
	struct request request;

	assert_true(workload_describe("in:8", message, sizeof(message)));
	assert_int_equal(taken->type, 0);
	assert_int_equal(taken->queues, 1);
	arena_start(&arena, memory, sizeof(memory));
	assert_true(taken->prepare(NULL, &arena, 1, &request));
	assert_null(request.out);
	assert_non_null(request.in);
	assert_true(workload_describe("out:8", message, sizeof(message)));
	assert_true(taken->prepare(NULL, &arena, 1, &request));
	assert_non_null(request.out);
	assert_null(request.in);
}

static void test_full_arena_is_told(void **state)
{
	static uint8_t memory[4096];
	struct arena arena;
	struct request request;

	assert_true(workload_describe("in:65536", message, sizeof(message)));
	arena_start(&arena, memory, sizeof(memory));
	assert_false(taken->prepare(NULL, &arena, 1, &request));
	assert_true(workload_describe("out:65536", message, sizeof(message)));
	assert_false(taken->prepare(NULL, &arena, 1, &request));
}

static void test_nothing_described_is_no_workload(void **state)
{
	assert_true(workload_describe("in:8", message, sizeof(message)));
	assert_true(workload_describe("", message, sizeof(message)));
	assert_null(taken);
}

static void test_what_is_wrong_is_named(void **state)
{
	assert_refused("queue:260,in:1", "queue:260");
	assert_refused("type:65536,in:1", "type:65536");
	assert_refused("in:65537", "in:65537");
	assert_refused("in:1,in:2", "in:2");
	assert_refused("in", "in is none");
	assert_refused("in:", "in: is none");
	assert_refused("in:x", "in:x");
	assert_refused(",in:1", "none of");
	assert_refused("size:1", "size:1");
	assert_refused("out:8,data:0", "data:0");
	assert_refused("out:8,data:0g", "data:0g");
	assert_refused("out:8,data:", "data: is none");
	assert_refused("out:8,data:00,data:00", "data:00");
	assert_refused("out:1,data:0000", "not longer than out");
	assert_refused("queue:1", "1 to 65536");
	assert_refused("out:65536,in:1", "1 to 65536");
}

static void test_long_words_are_cut(void **state)
{
	char text[600] = "out:8,data:";

	memset(text + strlen(text), '0', 500);
	assert_refused(text, "data:0000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_is_as_described),
		cmocka_unit_test(test_either_direction_may_be_empty),
		cmocka_unit_test(test_full_arena_is_told),
		cmocka_unit_test(test_nothing_described_is_no_workload),
		cmocka_unit_test(test_what_is_wrong_is_named),
		cmocka_unit_test(test_long_words_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
