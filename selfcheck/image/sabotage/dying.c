/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vp.dying=N: an honest run on devices that die. Each serves what its driver notifies it of N times, and is
 * silent from then on; with vp.revives until the next reset, without it for ever.
 */
#include "selfcheck/image/sabotage/lie.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/run/sum_up.h"
#include "virtio/config.h"
#include "virtio/onlooker.h"

static uint64_t last_kick; /* from 1: 0 is no death at all */
static bool revives;

/* Of all devices together: a device that dies early is best alone on its machine. */
static uint64_t kicks;

static bool dies_is_asked(void)
{
	return last_kick;
}

static bool hear(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	bool dead = kicks >= last_kick;

	if (revives && dead && is_common(access, device_status) && *value == 0)
		last_kick = UINT64_MAX; /* a device that revives once lives */
	if (access->structure == STRUCTURE_NOTIFY)
		dead = ++kicks >= last_kick;
	return sleep_in_write(access, value, dead);
}

static uint64_t say(struct onlooker *self, const struct register_access *access, uint64_t value)
{
	return sleep_in_read(access, value);
}

static enum verdict run_on_dying(uint64_t start)
{
	static struct onlooker standing = {
		.place = ONLOOKER_INTERFERES, .read = say, .write = hear};
	enum verdict worst;

	onlooker_push(&standing);
	worst = run_and_sum_up(start);
	onlooker_pop(&standing);
	return worst;
}

MODE(dying,
     .words = WORDS({"dying", "the notification with which devices die", PARAMETER_NUMBER,
		     .minimum = 1, .maximum = UINT64_MAX, .value = &last_kick},
		    {"revives", "with vp.dying: a reset brings them back", PARAMETER_FLAG,
		     .value = &revives}),
     .is_asked = dies_is_asked, .tests = {__start_registry_tests, __stop_registry_tests},
     .run = run_on_dying);
