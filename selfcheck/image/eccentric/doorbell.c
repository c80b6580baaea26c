/* SPDX-License-Identifier: BSD-2-Clause */
/* Places of notifications: one for all queues, far apart, in another order (4.1.4.4). */
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/transport.h"

static unsigned multiplier_at; /* in configuration space, 0: not known yet */
static uint32_t multiplier;    /* as the device has it */
static uint32_t selected;      /* queue */
static unsigned queues;

static void find_multiplier(struct virtio_device *device)
{
	struct pci_function *function = virtio_pci(device)->function;
	struct virtio_pci_capability notify;

	if (multiplier_at)
		return;
	if (!virtio_pci_capability(function, VIRTIO_PCI_CAP_NOTIFY_CFG, 0, &notify))
		return;
	multiplier_at = notify.at + offsetof(struct virtio_pci_notify_cap, notify_off_multiplier);
	multiplier = pci_read32(function, multiplier_at);
	queues = device->transport->queue_count(device);
}

static uint32_t show_multiplier(struct onlooker *self, const struct pci_function *function,
				unsigned offset, unsigned width, uint32_t value)
{
	if (offset != multiplier_at || width != sizeof(le32))
		return value;
	acts();
	return (uint32_t)(uintptr_t)self->context;
}

/* The kick goes to where the device behind has this queue's place. */
static bool kick_there(struct onlooker *self, const struct register_access *access, uint32_t queue,
		       uint64_t value)
{
	struct register_access there = *access;

	there.offset = queue * multiplier;
	onlooker_write(self, &there, value);
	return false;
}

static bool kick_by_value(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if (access->structure != STRUCTURE_NOTIFY)
		return true;
	return kick_there(self, access, *value & 0xffff, *value);
}

ECCENTRIC(ok_one_doorbell, .about = "all queues are notified at one address",
	  ALLOWED("4.1.4.4", "For example, if notifier_off_multiplier is 0, the device uses the "
			     "same Queue Notify address for all queues."),
	  .devices = "rng,scsi", .tests = "transport.*,ring.*kick*,interrupt.*,scsi.*",
	  .start = find_multiplier, .onlooker.config_read = show_multiplier,
	  .onlooker.write = kick_by_value, .onlooker.context = (void *)0);

#define FAR 16ul

static bool kick_from_afar(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	if (access->structure != STRUCTURE_NOTIFY)
		return true;
	return kick_there(self, access, access->offset / FAR, *value);
}

ECCENTRIC(ok_doorbells_apart, .about = "queues are notified 16 bytes apart",
	  ALLOWED("4.1.4.4.1", "The device MUST either present notify_off_multiplier as an even "
			       "power of 2, or present notify_off_multiplier as 0."),
	  .devices = "rng,scsi", .tests = "transport.*,ring.*kick*,interrupt.*,scsi.*",
	  .start = find_multiplier, .onlooker.config_read = show_multiplier,
	  .onlooker.write = kick_from_afar, .onlooker.context = (void *)FAR);

static bool kick_in_reverse(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	if (is_common(access, queue_select))
		selected = (uint32_t)*value;
	if (access->structure != STRUCTURE_NOTIFY || access->offset / multiplier >= queues)
		return true;
	return kick_there(self, access, queues - 1 - access->offset / multiplier, *value);
}

static uint64_t show_reversed(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	if (!is_common(access, queue_notify_off) || selected >= queues)
		return value;
	acts();
	return queues - 1 - selected;
}

ECCENTRIC(ok_doorbells_reversed, .about = "the last queue has the first place of notifications",
	  ALLOWED("4.1.4.3", "The driver reads this to calculate the offset from start of "
			     "Notification structure at which this virtqueue is located."),
	  .devices = "scsi", .tests = "transport.*,ring.*kick*,interrupt.*,scsi.*",
	  .start = find_multiplier, .onlooker.read = show_reversed,
	  .onlooker.write = kick_in_reverse);
