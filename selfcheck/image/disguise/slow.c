/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vp.slow=NS: the benchmarks, on devices whose notifications take so long in addition. What a comparison is to
 * find is planted so (docs/compare.md).
 */
#include "arch/clock.h"
#include "tests/bench/options.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/run/sum_up.h"
#include "virtio/onlooker.h"

static uint64_t delay; /* nanoseconds */

static bool slow_is_asked(void)
{
	return delay;
}

static bool dawdle(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure == STRUCTURE_NOTIFY)
		clock_spin(delay);
	return true;
}

static enum verdict run_slowly(uint64_t start)
{
	static struct onlooker slow = {.place = ONLOOKER_DISGUISES, .write = dawdle};
	enum verdict worst;

	onlooker_push(&slow);
	worst = run_and_sum_up(start);
	onlooker_pop(&slow);
	return worst;
}

MODE(slow,
     .words = WORDS({"slow", "benchmarks: nanoseconds that a notification takes in addition",
		     PARAMETER_NUMBER, .minimum = 1, .maximum = 1000000000, .value = &delay}),
     .is_asked = slow_is_asked, .tests = {__start_registry_benches, __stop_registry_benches},
     .rings = &bench_options.ring, .run = run_slowly);
