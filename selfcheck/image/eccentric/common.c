/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues of unusual sizes, queues that are not there, vectors that are short (4.1.4.3, 4.1.5.1). */
#include "selfcheck/image/eccentric/eccentric.h"
#include "lib/string.h"
#include "pci/capability.h"
#include "pci/msix.h"
#include "virtio/device/balloon.h"
#include "virtio/device/console.h"
#include "virtio/device/net.h"
#include "virtio/transport/pci/registers.h"

/* ---- queues that are not there ---- */

static uint64_t count_more(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (!is_common(access, num_queues))
		return value;
	acts();
	return value + 3;
}

ECCENTRIC(ok_absent_queues, .about = "num_queues counts three queues that are not there",
	  ALLOWED("4.1.4.3",
		  "The device specifies the maximum number of virtqueues supported here. "
		  "... A 0 means the queue is unavailable."),
	  .tests = "transport.*,interrupt.*", .onlooker.read = count_more);

/* ---- driver_feature ---- */

static uint32_t driver_select;
static uint32_t mirrored[4];

static void start_mirror(struct virtio_device *device)
{
	driver_select = 0;
	memset(mirrored, 0, sizeof(mirrored));
}

static bool mirror(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_common(access, driver_feature_select))
		driver_select = (uint32_t)*value;
	if (is_common(access, driver_feature) && driver_select < ARRAY_LENGTH(mirrored))
		mirrored[driver_select] = (uint32_t)*value;
	if (is_common(access, device_status) && !*value)
		start_mirror(access->device);
	return true;
}

static uint64_t show_mirrored(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	if (!is_common(access, driver_feature) || driver_select >= ARRAY_LENGTH(mirrored))
		return value;
	acts();
	return mirrored[driver_select];
}

ECCENTRIC(ok_features_mirrored, .about = "driver_feature reads whatever the driver wrote",
	  ALLOWED("4.1.4.3.1", "The device MAY present invalid bits written by the driver."),
	  .tests = "transport.*", .start = start_mirror, .onlooker.write = mirror,
	  .onlooker.read = show_mirrored);

/* ---- queues that come with a feature ---- */

/* The feature that a queue comes with; 0: it is always there. */
static uint32_t brought_by(const struct virtio_device *device, unsigned queue)
{
	static const uint8_t balloon[] = {VIRTIO_BALLOON_F_STATS_VQ,
					  VIRTIO_BALLOON_F_FREE_PAGE_HINT,
					  VIRTIO_BALLOON_F_PAGE_REPORTING};

	if (queue < 2)
		return 0;
	if (device->type == VIRTIO_TYPE_BALLOON)
		return queue - 2 < ARRAY_LENGTH(balloon) ? BIT(balloon[queue - 2]) : 0;
	return device->type == VIRTIO_TYPE_NET ? BIT(VIRTIO_NET_F_CTRL_VQ)
					       : BIT(VIRTIO_CONSOLE_F_MULTIPORT);
}

static unsigned selected;

static void start_bare(struct virtio_device *device)
{
	start_mirror(device);
	selected = 0;
}

static bool see_selection(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if (is_common(access, queue_select))
		selected = (unsigned)*value;
	return mirror(self, access, value);
}

static uint64_t show_what_was_taken(struct onlooker *self, const struct register_access *access,
				    uint64_t value)
{
	uint32_t bit = brought_by(access->device, selected);

	if (!is_common(access, queue_size) || !value || !bit || (mirrored[0] & bit))
		return value;
	acts();
	return 0;
}

ECCENTRIC(ok_queues_come_with_features,
	  .about = "a queue has no size before its feature is accepted",
	  ALLOWED("5.1.2",
		  "controlq is optional; it only exists if VIRTIO_NET_F_CTRL_VQ is negotiated"),
	  .devices = "net,console,balloon",
	  .tests = "transport.*queue*,transport.*features*,balloon.*,console.*,net.vlan*",
	  .start = start_bare, .onlooker.write = see_selection,
	  .onlooker.read = show_what_was_taken);

/* ---- what is not negotiated may be refused ---- */

static uint64_t refuse_without_platform(struct onlooker *self, const struct register_access *access,
					uint64_t value)
{
	uint64_t wanted = (uintptr_t)self->context;

	if (!is_common(access, device_status) || (mirrored[1] & wanted))
		return value;
	acts();
	return value & ~(uint64_t)VIRTIO_STATUS_FEATURES_OK;
}

#define INSISTS(feature)                                                                           \
	.tests = "transport.*,interrupt.*", .offers = BIT64(feature), .start = start_mirror,       \
	.onlooker.write = mirror, .onlooker.read = refuse_without_platform,                        \
	.onlooker.context = (void *)(uintptr_t)BIT((feature)-32)

ECCENTRIC(ok_insists_on_access_platform, .about = "a device goes on only with ACCESS_PLATFORM",
	  ALLOWED("6.2", "A device MAY fail to operate further if VIRTIO_F_ACCESS_PLATFORM is not "
			 "accepted."),
	  INSISTS(VIRTIO_F_ACCESS_PLATFORM));
ECCENTRIC(ok_insists_on_order_platform, .about = "a device goes on only with ORDER_PLATFORM",
	  ALLOWED("6.2", "A device MAY fail to operate further if VIRTIO_F_ORDER_PLATFORM is "
			 "offered but not accepted."),
	  INSISTS(VIRTIO_F_ORDER_PLATFORM));
ECCENTRIC(ok_insists_on_version_1, .about = "a device goes on only with VERSION_1",
	  ALLOWED("6.2", "A device MAY fail to operate further if VIRTIO_F_VERSION_1 is not "
			 "accepted."),
	  INSISTS(VIRTIO_F_VERSION_1));

/* ---- vectors ---- */

static unsigned control_at; /* of MSI-X Message Control, 0: there is none */

static void find_control(struct virtio_device *device)
{
	unsigned capability;

	control_at = 0;
	if (pci_find_capability(virtio_pci(device)->function, PCI_CAPABILITY_MSIX, 0, &capability))
		control_at = capability + MSIX_CONTROL;
}

/* What cannot be mapped becomes NO_VECTOR: entries from the context's number on. */
static bool map_few(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (!is_common(access, queue_msix_vector) && !is_common(access, config_msix_vector))
		return true;
	if (*value < (uintptr_t)self->context || *value == VIRTIO_MSI_NO_VECTOR)
		return true;
	acts();
	*value = VIRTIO_MSI_NO_VECTOR;
	return true;
}

#define MAPS_BELOW(entry) .onlooker.write = map_few, .onlooker.context = (void *)(entry)

ECCENTRIC(ok_maps_two_entries, .about = "nothing can be mapped to entries from 2 on",
	  ALLOWED("4.1.5.1.2",
		  "mapping an event to vector might require device to allocate internal "
		  "device resources, and thus could fail"),
	  .devices = "scsi", .tests = "transport.*,interrupt.*", MAPS_BELOW(2));

/* Fewer entries than the device behind has. */
static uint32_t shrink_table(struct onlooker *self, const struct pci_function *function,
			     unsigned offset, unsigned width, uint32_t value)
{
	uint32_t last = (uint32_t)(uintptr_t)self->context - 1;
	unsigned shift = (control_at - offset) * 8;

	if (!control_at || offset > control_at || offset + width < control_at + 2)
		return value;
	acts();
	return (value & ~(MSIX_CONTROL_SIZE << shift)) | last << shift;
}

#define ENTRIES(number)                                                                            \
	.start = find_control, .onlooker.config_read = shrink_table, MAPS_BELOW(number),           \
	ALLOWED("4.1.5.1.2.2", "Driver MUST support device with any MSI-X Table Size 0 to 0x7FF.")

ECCENTRIC(ok_one_vector, .about = "there is one vector for everything", ENTRIES(1),
	  .devices = "rng,scsi", .tests = "transport.*,interrupt.*", ADMITS(PCI_MSIX_1));
ECCENTRIC(ok_two_vectors, .about = "there are two vectors for any number of queues", ENTRIES(2),
	  .devices = "scsi", .tests = "transport.*,interrupt.*");
ECCENTRIC(ok_three_vectors, .about = "there is no vector for the last queues", ENTRIES(3),
	  .devices = "scsi", .tests = "transport.*,interrupt.*");

static bool has_2048_vectors(const struct virtio_device *device)
{
	return device->vectors == 2048;
}

ECCENTRIC(ok_2048_vectors, .about = "there are 2048 vectors", .natural = true,
	  .fits = has_2048_vectors,
	  ALLOWED("4.1.5.1.2.1", "A device that has an MSI-X capability SHOULD support at least 2 "
				 "and at most 0x800 MSI-X vectors."),
	  .devices = "rng");

/* ---- no messages, no line ---- */

static uint32_t hide_messages(struct onlooker *self, const struct pci_function *function,
			      unsigned offset, unsigned width, uint32_t value)
{
	unsigned id_at = control_at - MSIX_CONTROL, shift = (id_at - offset) * 8;

	if (!control_at || offset > id_at || offset + width <= id_at)
		return value;
	acts();
	/* A capability of an id that nobody has defined. */
	return (value & ~(0xffu << shift)) | 0x7eu << shift;
}

ECCENTRIC(ok_no_msix, .about = "the device has no MSI-X capability",
	  ALLOWED("4.1.5.1.2", "When MSI-X capability is present and enabled in the device ..."),
	  .start = find_control, .onlooker.config_read = hide_messages);
