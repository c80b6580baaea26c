/* SPDX-License-Identifier: BSD-2-Clause */
/* The onlooker that watches the driver, and the mode of the image that puts it there (vp.watch). */
#include "selfcheck/image/watch/watched.h"

#include "pci/msix.h"
#include "selfcheck/image/disguise/offer.h"
#include "selfcheck/image/interpose.h"
#include "selfcheck/image/watch/breach.h"
#include "selfcheck/image/watch/memory.h"
#include "selfcheck/image/watch/planted.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/report/report.h"
#include "tests/harness/run/plan.h"
#include "tests/harness/run/sum_up.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/mmio/device.h"
#include "virtio/transport/pci/structures.h"

static uint64_t see_read(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	struct watched_device *watched = watched_device(access->device);

	if (!watched || !watched->known)
		return value;
	if (access->structure == STRUCTURE_COMMON)
		common_is_read(watched, access, value);
	else if (access->structure == STRUCTURE_CONTROL)
		control_is_read(watched, access, value);
	else if (access->structure == STRUCTURE_DEVICE)
		configuration_accessed(watched, access, false);
	return value;
}

static bool is_reset(const struct register_access *access, uint64_t value)
{
	/* Of a legacy device other rules hold: it stays unknown. */
	if (access->structure == STRUCTURE_CONTROL)
		return !value && access->offset == MMIO_STATUS &&
		       !(access->device->traits & DEVICE_LEGACY);
	return access->structure == STRUCTURE_COMMON && !value &&
	       access->offset == offsetof(struct virtio_pci_common_cfg, device_status);
}

static bool see_write(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	struct watched_device *watched = watched_device(access->device);

	/* What was done before the watch began is not known: it begins with a reset. */
	if (!watched || (!watched->known && !is_reset(access, *value)))
		return true;
	if (access->structure == STRUCTURE_COMMON)
		common_is_written(watched, access, *value);
	else if (access->structure == STRUCTURE_CONTROL)
		control_is_written(watched, access, *value);
	else if (access->structure == STRUCTURE_DEVICE)
		configuration_accessed(watched, access, true);
	else if (access->structure == STRUCTURE_NOTIFY)
		notification_judged(watched, access, (uint32_t)*value);
	return true;
}

static void see_publish(struct onlooker *self, struct virtqueue *queue)
{
	struct watched_device *watched = watched_device(queue->device);

	if (watched && watched->known)
		ring_published(watched, queue);
}

static void see_used(struct onlooker *self, struct virtqueue *queue)
{
	struct watched_device *watched = watched_device(queue->device);

	if (watched && watched->known)
		ring_used(watched, queue);
}

static uint32_t see_space_read(struct onlooker *self, const struct pci_function *function,
			       unsigned offset, unsigned width, uint32_t value)
{
	struct watched_device *watched = watched_function(function);

	if (watched && watched->known)
		space_read(watched, offset, width);
	return value;
}

static bool see_space_write(struct onlooker *self, const struct pci_function *function,
			    unsigned offset, unsigned width, uint32_t *value)
{
	struct watched_device *watched = watched_function(function);

	if (watched && watched->known)
		space_written(watched, offset, width, *value);
	return true;
}

static bool see_table_write(struct onlooker *self, const struct msix *msix, unsigned entry,
			    unsigned offset, uint32_t *value)
{
	struct watched_device *watched = watched_function(msix->function);

	if (watched && watched->known)
		table_written(watched, msix, entry, offset, *value);
	return true;
}

static struct onlooker watch = {
	.place = ONLOOKER_WATCHES,
	.read = see_read,
	.write = see_write,
	.publish = see_publish,
	.used = see_used,
	.config_read = see_space_read,
	.config_write = see_space_write,
	.msix_write = see_table_write,
};

static bool begin(void)
{
	if (!watch_memory_take()) {
		report_note("vp.watch: there is no memory to watch all devices with");
		return false;
	}
	onlooker_push(&watch);
	return true;
}

/* Features that the first device pretends to have, and with them rules that few devices give occasion to. */
#define PRETENDED                                                                                  \
	(BIT64(VIRTIO_F_IN_ORDER) | BIT64(VIRTIO_F_NOTIFICATION_DATA) |                            \
	 BIT64(VIRTIO_F_NOTIF_CONFIG_DATA) | BIT64(VIRTIO_F_SUSPEND))

static void pretend(uint64_t features)
{
	struct virtio_device *device = first_device();

	if (!device)
		return;
	offer_start(device, features);
	make_contact(&face_of(device)->contact, device);
}

static bool wanted, planted_wanted, pretence_wanted;

static bool watch_is_asked(void)
{
	return wanted;
}

/* The run of a user with the watch in place: what matters are breaches by the driver. */
static enum verdict watch_driver(uint64_t start)
{
	if (!begin())
		return VERDICT_ERROR;
	if (pretence_wanted)
		pretend(PRETENDED);
	run_and_sum_up(start);
	onlooker_pop(&watch);
	return report_breaches() ? VERDICT_FAIL : VERDICT_PASS;
}

MODE(watch,
     .words = WORDS({"watch",
		     "run the tests, and see whether their driver keeps the rules for drivers",
		     PARAMETER_FLAG, .value = &wanted},
		    {"pretend", "… on a first device that pretends features it lacks",
		     PARAMETER_FLAG, .value = &pretence_wanted}),
     .is_asked = watch_is_asked, .tests = {__start_registry_tests, __stop_registry_tests},
     .repeat = "vp.watch", .run = watch_driver);

static bool planted_is_asked(void)
{
	return planted_wanted;
}

static enum verdict watch_planted(uint64_t start)
{
	struct totals totals = {0};

	if (!begin())
		return VERDICT_ERROR;
	pretend(PRETENDED | BIT64(UNDEFINED_FEATURE));
	run_plan(&totals);
	onlooker_pop(&watch);
	return report_planted() ? VERDICT_PASS : VERDICT_FAIL;
}

MODE(planted,
     .words = WORDS({"planted", "break rules for drivers on purpose: the watch has to see each",
		     PARAMETER_FLAG, .value = &planted_wanted}),
     .is_asked = planted_is_asked, .tests = {__start_registry_planted, __stop_registry_planted},
     .repeat = "vp.planted", .run = watch_planted);
