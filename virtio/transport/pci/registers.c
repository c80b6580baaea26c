/* SPDX-License-Identifier: BSD-2-Clause */
/* The one road to the registers of a PCI device: by memory, by ports, or through the window (4.1.4.9). */
#include "virtio/transport/pci/registers.h"

#include "arch/io.h"
#include "pci/config.h"
#include "virtio/onlooker.h"

#define FIELD(field)                                                                               \
	{                                                                                          \
		COMMON_OFFSET(field), COMMON_WIDTH(field), #field                                  \
	}
const struct common_field common_fields[] = {
	FIELD(device_feature_select),
	FIELD(device_feature),
	FIELD(driver_feature_select),
	FIELD(driver_feature),
	FIELD(config_msix_vector),
	FIELD(num_queues),
	FIELD(device_status),
	FIELD(config_generation),
	FIELD(queue_select),
	FIELD(queue_size),
	FIELD(queue_msix_vector),
	FIELD(queue_enable),
	FIELD(queue_notify_off),
	FIELD(queue_desc),
	FIELD(queue_driver),
	FIELD(queue_device),
	FIELD(queue_notif_config_data),
	FIELD(queue_reset),
	FIELD(admin_queue_index),
	FIELD(admin_queue_num),
	{0, 0, NULL},
};

static const char *common_field_name(uint32_t offset)
{
	for (const struct common_field *field = common_fields; field->name; field++) {
		if (field->offset == offset)
			return field->name;
		if (field->width == 8 && field->offset + 4u == offset)
			return field->name;
	}
	return "?";
}

void virtio_pci_name_register(const struct register_access *access, struct text *text)
{
	static const char *const structures[STRUCTURES] = {
		[STRUCTURE_NOTIFY] = "notify",
		[STRUCTURE_ISR] = "isr",
		[STRUCTURE_DEVICE] = "device",
	};

	if (access->structure == STRUCTURE_COMMON)
		text_add(text, "%s", common_field_name(access->offset));
	else
		text_add(text, "%s+%#x", structures[access->structure], access->offset);
}

/* Points the window of the PCI configuration access capability (4.1.4.9) at a place. */
static void aim_window(struct virtio_device *device, const struct virtio_region *region,
		       uint32_t offset, unsigned width)
{
	const struct virtio_pci_device *pci = virtio_pci(device);
	unsigned at = pci->window;

	pci_write8(pci->function, at + offsetof(struct virtio_pci_cap, bar), region->bar);
	/* The length first: an offset that is no multiple of it must not be written. */
	pci_write32(pci->function, at + offsetof(struct virtio_pci_cap, length), width);
	pci_write32(pci->function, at + offsetof(struct virtio_pci_cap, offset),
		    region->offset + offset);
}

static uint64_t window_read(struct virtio_device *device, const struct virtio_region *region,
			    uint32_t offset, unsigned width)
{
	const struct virtio_pci_device *pci = virtio_pci(device);
	unsigned data = pci->window + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data);

	aim_window(device, region, offset, width);
	switch (width) {
	case 1:
		return pci_read8(pci->function, data);
	case 2:
		return pci_read16(pci->function, data);
	default:
		return pci_read32(pci->function, data);
	}
}

static void window_write(struct virtio_device *device, const struct virtio_region *region,
			 uint32_t offset, unsigned width, uint64_t value)
{
	const struct virtio_pci_device *pci = virtio_pci(device);
	unsigned data = pci->window + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data);

	aim_window(device, region, offset, width);
	switch (width) {
	case 1:
		pci_write8(pci->function, data, (uint8_t)value);
		break;
	case 2:
		pci_write16(pci->function, data, (uint16_t)value);
		break;
	default:
		pci_write32(pci->function, data, (uint32_t)value);
	}
}

static uint64_t port_read(uint16_t port, unsigned width)
{
	switch (width) {
	case 1:
		return port_read8(port);
	case 2:
		return port_read16(port);
	default:
		return port_read32(port);
	}
}

static void port_write(uint16_t port, unsigned width, uint64_t value)
{
	switch (width) {
	case 1:
		port_write8(port, (uint8_t)value);
		break;
	case 2:
		port_write16(port, (uint16_t)value);
		break;
	default:
		port_write32(port, (uint32_t)value);
	}
}

static uint64_t memory_read(volatile void *address, unsigned width)
{
	switch (width) {
	case 1:
		return read8(address);
	case 2:
		return read16(address);
	default:
		return read32(address);
	}
}

static void memory_write(volatile void *address, unsigned width, uint64_t value)
{
	switch (width) {
	case 1:
		write8(address, (uint8_t)value);
		break;
	case 2:
		write16(address, (uint16_t)value);
		break;
	default:
		write32(address, (uint32_t)value);
	}
}

static uint64_t read_by(enum virtio_access by, const struct register_access *access)
{
	const struct virtio_region *region =
		&virtio_pci(access->device)->regions[access->structure];

	if (by == ACCESS_WINDOW)
		return window_read(access->device, region, access->offset, access->width);
	if (region->mapping)
		return memory_read((volatile uint8_t *)region->mapping + access->offset,
				   access->width);
	return port_read((uint16_t)(region->port + access->offset), access->width);
}

static uint64_t read_register(const struct register_access *access)
{
	return read_by(access->device->access, access);
}

static void write_register(const struct register_access *access, uint64_t value)
{
	struct virtio_device *device = access->device;
	const struct virtio_region *region = &virtio_pci(device)->regions[access->structure];

	if (device->access == ACCESS_WINDOW)
		window_write(device, region, access->offset, access->width, value);
	else if (region->mapping)
		memory_write((volatile uint8_t *)region->mapping + access->offset, access->width,
			     value);
	else
		port_write((uint16_t)(region->port + access->offset), access->width, value);
}

const struct register_road virtio_pci_road = {.read = read_register, .write = write_register};

uint64_t virtio_read(struct virtio_device *device, enum virtio_structure structure, uint32_t offset,
		     unsigned width)
{
	const struct register_access access = {device, structure, offset, width};
	uint64_t value = device->road->read(&access);

	return onlookers ? onlookers_read(&access, value) : value;
}

void virtio_write(struct virtio_device *device, enum virtio_structure structure, uint32_t offset,
		  unsigned width, uint64_t value)
{
	const struct register_access access = {device, structure, offset, width};

	if (!onlookers || onlookers_write(&access, &value))
		device->road->write(&access, value);
}

uint64_t common_read_at(struct virtio_device *device, uint32_t offset, unsigned width)
{
	if (width < 8)
		return virtio_read(device, STRUCTURE_COMMON, offset, width);

	uint64_t low = virtio_read(device, STRUCTURE_COMMON, offset, 4);

	return low | virtio_read(device, STRUCTURE_COMMON, offset + 4, 4) << 32;
}

void common_write_at(struct virtio_device *device, uint32_t offset, unsigned width, uint64_t value)
{
	if (width < 8) {
		virtio_write(device, STRUCTURE_COMMON, offset, width, value);
		return;
	}
	virtio_write(device, STRUCTURE_COMMON, offset, 4, (uint32_t)value);
	virtio_write(device, STRUCTURE_COMMON, offset + 4, 4, value >> 32);
}

uint8_t isr_read(struct virtio_device *device)
{
	return (uint8_t)virtio_read(device, STRUCTURE_ISR, 0, 1);
}

uint8_t isr_read_by_bar(struct virtio_device *device)
{
	const struct register_access access = {device, STRUCTURE_ISR, 0, 1};
	uint64_t value = read_by(ACCESS_DIRECT, &access);

	return (uint8_t)(onlookers ? onlookers_read(&access, value) : value);
}
