/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vp.dying=N: an honest run on devices that die. Each serves what its driver notifies it of N times, and is
 * silent from then on; with vp.revives until the next reset, without it for ever.
 */
#include "tests/harness/plan/mode.h"
#include "tests/harness/run/sum_up.h"
#include "virtio/config.h"
#include "virtio/onlooker.h"
#include "virtio/transport/pci/registers.h"

static uint64_t last_kick; /* from 1: 0 is no death at all */
static bool revives;

/* Of all devices together: a device that dies early is best alone on its machine. */
static uint64_t kicks;

/* DRIVER_OK was taken away from what the driver wrote. */
static bool pretends_live;

static bool dies_is_asked(void)
{
	return last_kick;
}

static bool is_status(const struct register_access *access)
{
	return access->structure == STRUCTURE_COMMON &&
	       access->offset == COMMON_OFFSET(device_status);
}

/* The dead do not go live: a device may look at its queues then without being notified. */
static bool hear(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	bool dead = kicks >= last_kick;

	if (is_status(access)) {
		pretends_live = dead && (*value & VIRTIO_STATUS_DRIVER_OK);
		if (dead)
			*value &= ~(uint64_t)VIRTIO_STATUS_DRIVER_OK;
		if (revives && dead && *value == 0)
			last_kick = UINT64_MAX; /* a device that revives once lives */
	}
	return access->structure != STRUCTURE_NOTIFY || ++kicks < last_kick;
}

static uint64_t say(struct onlooker *self, const struct register_access *access, uint64_t value)
{
	return is_status(access) && pretends_live ? value | VIRTIO_STATUS_DRIVER_OK : value;
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
