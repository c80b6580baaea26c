/* SPDX-License-Identifier: BSD-2-Clause */
/* The control registers of a device over MMIO (virtio 1.4, 4.2.2). */
#include "selfcheck/image/watch/watched.h"

#include "virtio/transport/mmio/device.h"
#include "virtio/transport/pci/registers.h"

#define R BIT(0)
#define W BIT(1)

/* In the table below: the field of PCI's common configuration that is the same, or none. */
#define AS(field) COMMON_OFFSET(field), (COMMON_WIDTH(field) < 4 ? COMMON_WIDTH(field) : 4)
#define OWN       0, 0

static const struct control {
	uint16_t at;
	uint8_t directions;
	uint8_t offset, width; /* width 0: there is no such field */
} controls[] = {
	{MMIO_MAGIC_VALUE, R, OWN},
	{MMIO_VERSION, R, OWN},
	{MMIO_DEVICE_ID, R, OWN},
	{MMIO_VENDOR_ID, R, OWN},
	{MMIO_DEVICE_FEATURES, R, AS(device_feature)},
	{MMIO_DEVICE_FEATURES_SEL, W, AS(device_feature_select)},
	{MMIO_DRIVER_FEATURES, W, AS(driver_feature)},
	{MMIO_DRIVER_FEATURES_SEL, W, AS(driver_feature_select)},
	{MMIO_QUEUE_SEL, W, AS(queue_select)},
	{MMIO_QUEUE_SIZE_MAX, R, AS(queue_size)},
	{MMIO_QUEUE_SIZE, W, AS(queue_size)},
	{MMIO_QUEUE_READY, R | W, AS(queue_enable)},
	{MMIO_INTERRUPT_STATUS, R, OWN},
	{MMIO_INTERRUPT_ACK, W, OWN},
	{MMIO_STATUS, R | W, AS(device_status)},
	{MMIO_QUEUE_DESC_LOW, W, AS(queue_desc)},
	{MMIO_QUEUE_DESC_LOW + 4, W, COMMON_OFFSET(queue_desc) + 4, 4},
	{MMIO_QUEUE_DRIVER_LOW, W, AS(queue_driver)},
	{MMIO_QUEUE_DRIVER_LOW + 4, W, COMMON_OFFSET(queue_driver) + 4, 4},
	{MMIO_QUEUE_DEVICE_LOW, W, AS(queue_device)},
	{MMIO_QUEUE_DEVICE_LOW + 4, W, COMMON_OFFSET(queue_device) + 4, 4},
	{MMIO_SHM_SEL, W, OWN},
	{MMIO_SHM_LEN_LOW, R, OWN},
	{MMIO_SHM_LEN_LOW + 4, R, OWN},
	{MMIO_SHM_BASE_LOW, R, OWN},
	{MMIO_SHM_BASE_LOW + 4, R, OWN},
	{MMIO_QUEUE_RESET, R | W, AS(queue_reset)},
	{MMIO_CONFIG_GENERATION, R, AS(config_generation)},
};

/* The register that is accessed, as it has to be; NULL: none. */
static const struct control *control_at(struct watched_device *watched,
					const struct register_access *access)
{
	const struct control *control = controls;

	KEEPS(watched, DRIVER_MMIO_4, access->width == 4 && access->offset % 4 == 0,
	      "%u bytes at offset %#x", access->width, access->offset);
	while (control < controls + ARRAY_LENGTH(controls) && control->at != access->offset)
		control++;
	if (!KEEPS(watched, DRIVER_MMIO_1, control < controls + ARRAY_LENGTH(controls),
		   "offset %#x is accessed", access->offset))
		return NULL;
	return control;
}

/* The same access over PCI. */
static struct register_access over_pci(const struct register_access *access,
				       const struct control *control)
{
	return (struct register_access){access->device, STRUCTURE_COMMON, control->offset,
					control->width};
}

void control_is_read(struct watched_device *watched, const struct register_access *access,
		     uint64_t value)
{
	const struct control *control = control_at(watched, access);
	struct register_access same;

	if (!control || !KEEPS(watched, DRIVER_MMIO_3, control->directions & R,
			       "offset %#x is read", access->offset))
		return;
	if (!control->width) {
		other_accessed(watched);
		return;
	}
	same = over_pci(access, control);
	common_is_read(watched, &same, value);
}

/* To stop a queue is PCI's to forbid, and not MMIO's. */
static bool stops_queue(struct watched_device *watched, const struct register_access *access,
			uint64_t value)
{
	if (access->offset != MMIO_QUEUE_READY || value)
		return false;
	if (watched->has_queue && watched->queue < VIRTIO_QUEUES_MOST)
		watched->queues[watched->queue].enabled = false;
	return true;
}

void control_is_written(struct watched_device *watched, const struct register_access *access,
			uint64_t value)
{
	const struct control *control = control_at(watched, access);
	struct register_access same;

	if (!control || !KEEPS(watched, DRIVER_MMIO_2, control->directions & W,
			       "offset %#x is written", access->offset))
		return;
	if (access->offset == MMIO_INTERRUPT_ACK)
		KEEPS(watched, DRIVER_MMIO_5,
		      !(value &
			~(uint64_t)(VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIGURATION)),
		      "InterruptACK is written %#lx", value);
	if (!control->width || stops_queue(watched, access, value)) {
		other_accessed(watched);
		return;
	}
	same = over_pci(access, control);
	common_is_written(watched, &same, value);
}
