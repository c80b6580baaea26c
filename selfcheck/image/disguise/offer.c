/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/offer.h"

#include "arch/clock.h"
#include "selfcheck/image/disguise/region.h"
#include "virtio/device/pmem.h"
#include "virtio/transport/setup.h"
#include "virtio/transport/pci/device.h"
#include "virtio/transport/pci/legacy_registers.h"

/* What a queue is called in kicks under NOTIF_CONFIG_DATA: not its index. */
#define QUEUE_IDENTIFIER 0x100

/* What the devices behind the disguise need at most to finish what they have begun. */
#define FINISH_NS 3000000

static struct {
	uint64_t features; /* pretended */
	uint64_t accepted; /* of them */
	unsigned device_select, driver_select, queue_select;
	bool suspended;
} offer;

bool offer_accepted(unsigned feature)
{
	return offer.accepted >> feature & 1;
}

bool offer_suspended(void)
{
	return offer.suspended;
}

static uint64_t word(uint64_t features, unsigned select)
{
	return select < 2 ? (uint32_t)(features >> 32 * select) : 0;
}

/* Whether persistent memory is a region of shared memory: its configuration is empty then. */
static bool offers_region(const struct virtio_device *device)
{
	return device->type == VIRTIO_TYPE_PMEM &&
	       (offer.features & BIT64(VIRTIO_PMEM_F_SHMEM_REGION));
}

static uint32_t read_capability(struct onlooker *self, const struct pci_function *function,
				unsigned offset, unsigned width, uint32_t value)
{
	return offers_region(self->device) ? region_show(offset, width, value) : value;
}

static uint64_t read_as_offered(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	if (access->structure == STRUCTURE_DEVICE && offers_region(access->device) &&
	    offer_accepted(VIRTIO_PMEM_F_SHMEM_REGION))
		return 0;
	if (is_legacy_header(access, LEGACY_DEVICE_FEATURES))
		return value | word(offer.features, 0);
	if (is_legacy_header(access, LEGACY_DRIVER_FEATURES))
		return value | word(offer.accepted, 0);
	if (access->structure != STRUCTURE_COMMON)
		return value;
	switch (access->offset) {
	case COMMON_OFFSET(device_feature):
		return value | word(offer.features, offer.device_select);
	case COMMON_OFFSET(driver_feature):
		return value | word(offer.accepted, offer.driver_select);
	case COMMON_OFFSET(queue_notif_config_data):
		return offer_accepted(VIRTIO_F_NOTIF_CONFIG_DATA)
			       ? offer.queue_select + QUEUE_IDENTIFIER
			       : value;
	case COMMON_OFFSET(device_status):
		return offer.suspended ? (value & ~(uint64_t)VIRTIO_STATUS_DRIVER_OK) |
						 VIRTIO_STATUS_SUSPEND
				       : value;
	default:
		return value;
	}
}

static void accept(uint64_t *value)
{
	uint64_t pretended = word(offer.features, offer.driver_select);

	if (offer.driver_select < 2) {
		offer.accepted &= ~((uint64_t)UINT32_MAX << 32 * offer.driver_select);
		offer.accepted |= (*value & pretended) << 32 * offer.driver_select;
	}
	*value &= ~pretended;
}

/* SUSPEND and DRIVER_OK go no further once the feature is accepted and the device is live. */
static bool change_status(const struct onlooker *self, struct virtio_device *device,
			  uint64_t *value)
{
	if (*value == 0) {
		offer.suspended = false;
		offer.accepted = 0;
		return true;
	}
	if (offer.suspended) {
		offer.suspended = !(*value & VIRTIO_STATUS_DRIVER_OK);
		return false;
	}
	if ((*value & VIRTIO_STATUS_SUSPEND) && offer_accepted(VIRTIO_F_SUSPEND) &&
	    (own_read(self, device, device_status) & VIRTIO_STATUS_DRIVER_OK)) {
		clock_spin(FINISH_NS);
		offer.suspended = true;
		return false;
	}
	*value &= ~(uint64_t)VIRTIO_STATUS_SUSPEND;
	return true;
}

/* A kick with more to say than the queue's index becomes one that says just that. */
static bool kick(const struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	struct register_access plain = *access;
	uint64_t queue = *value & 0xffff;

	if (offer.suspended)
		return false;
	if (offer_accepted(VIRTIO_F_NOTIF_CONFIG_DATA))
		queue -= QUEUE_IDENTIFIER;
	*value = queue;
	/* MMIO has 32 bits in any case. */
	if (access->width == 2 || !offer_accepted(VIRTIO_F_NOTIFICATION_DATA))
		return true;
	plain.width = 2;
	onlooker_write(self, &plain, queue);
	return false;
}

static bool write_as_offered(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (access->structure == STRUCTURE_NOTIFY)
		return kick(self, access, value);
	if (access->structure == STRUCTURE_DEVICE)
		return !offer.suspended;
	if (is_legacy_header(access, LEGACY_DRIVER_FEATURES))
		accept(value);
	if (is_legacy_header(access, LEGACY_DEVICE_STATUS) && !*value)
		offer.accepted = 0;
	if (access->structure != STRUCTURE_COMMON)
		return true;
	switch (access->offset) {
	case COMMON_OFFSET(device_feature_select):
		offer.device_select = (unsigned)*value;
		return true;
	case COMMON_OFFSET(driver_feature_select):
		offer.driver_select = (unsigned)*value;
		return true;
	case COMMON_OFFSET(queue_select):
		offer.queue_select = (unsigned)*value;
		return true;
	case COMMON_OFFSET(driver_feature):
		accept(value);
		return true;
	case COMMON_OFFSET(device_status):
		return change_status(self, access->device, value);
	default:
		return true;
	}
}

static struct onlooker onlooker = {
	.place = ONLOOKER_DISGUISES,
	.read = read_as_offered,
	.write = write_as_offered,
	.config_read = read_capability,
};

void offer_start(struct virtio_device *device, uint64_t features)
{
	offer.features = features & ~virtio_read_offer(device).words[0];
	offer.accepted = 0;
	offer.suspended = false;
	if (offers_region(device))
		region_start(device, VIRTIO_PMEM_REGION);
	onlooker.device = device;
	onlooker.function = device->traits & DEVICE_OVER_PCI ? virtio_pci(device)->function : NULL;
	onlooker_push(&onlooker);
}

void offer_end(void)
{
	onlooker_pop(&onlooker);
}
