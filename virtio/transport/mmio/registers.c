/* SPDX-License-Identifier: BSD-2-Clause */
/* The one road to the registers of an MMIO device. */
#include "virtio/transport/mmio/registers.h"

#include "arch/io.h"
#include "virtio/onlooker.h"

static const struct {
	enum mmio_register at;
	const char *name;
} names[] = {
	{MMIO_MAGIC_VALUE, "MagicValue"},
	{MMIO_VERSION, "Version"},
	{MMIO_DEVICE_ID, "DeviceID"},
	{MMIO_VENDOR_ID, "VendorID"},
	{MMIO_DEVICE_FEATURES, "DeviceFeatures"},
	{MMIO_DEVICE_FEATURES_SEL, "DeviceFeaturesSel"},
	{MMIO_DRIVER_FEATURES, "DriverFeatures"},
	{MMIO_DRIVER_FEATURES_SEL, "DriverFeaturesSel"},
	{MMIO_QUEUE_SEL, "QueueSel"},
	{MMIO_QUEUE_SIZE_MAX, "QueueSizeMax"},
	{MMIO_QUEUE_SIZE, "QueueSize"},
	{MMIO_QUEUE_READY, "QueueReady"},
	{MMIO_INTERRUPT_STATUS, "InterruptStatus"},
	{MMIO_INTERRUPT_ACK, "InterruptACK"},
	{MMIO_STATUS, "Status"},
	{MMIO_QUEUE_DESC_LOW, "QueueDescLow"},
	{MMIO_QUEUE_DESC_LOW + 4, "QueueDescHigh"},
	{MMIO_QUEUE_DRIVER_LOW, "QueueDriverLow"},
	{MMIO_QUEUE_DRIVER_LOW + 4, "QueueDriverHigh"},
	{MMIO_QUEUE_DEVICE_LOW, "QueueDeviceLow"},
	{MMIO_QUEUE_DEVICE_LOW + 4, "QueueDeviceHigh"},
	{MMIO_SHM_SEL, "SHMSel"},
	{MMIO_SHM_LEN_LOW, "SHMLenLow"},
	{MMIO_SHM_LEN_LOW + 4, "SHMLenHigh"},
	{MMIO_SHM_BASE_LOW, "SHMBaseLow"},
	{MMIO_SHM_BASE_LOW + 4, "SHMBaseHigh"},
	{MMIO_QUEUE_RESET, "QueueReset"},
	{MMIO_CONFIG_GENERATION, "ConfigGeneration"},
};

void virtio_mmio_name_register(const struct register_access *access, struct text *text)
{
	if (access->structure == STRUCTURE_NOTIFY) {
		text_add(text, "QueueNotify");
		return;
	}
	if (access->structure == STRUCTURE_DEVICE) {
		text_add(text, "Config+%#x", access->offset);
		return;
	}
	for (unsigned n = 0; n < ARRAY_LENGTH(names); n++) {
		if (names[n].at == access->offset) {
			text_add(text, "%s", names[n].name);
			return;
		}
	}
	text_add(text, "?");
}

static volatile void *place_of(const struct register_access *access)
{
	static const uint32_t starts[STRUCTURES] = {
		[STRUCTURE_NOTIFY] = MMIO_QUEUE_NOTIFY,
		[STRUCTURE_DEVICE] = MMIO_CONFIG,
	};

	return (volatile uint8_t *)virtio_mmio(access->device)->mapping +
	       starts[access->structure] + access->offset;
}

static uint64_t read_register(const struct register_access *access)
{
	volatile void *at = place_of(access);

	switch (access->width) {
	case 1:
		return read8(at);
	case 2:
		return read16(at);
	default:
		return read32(at);
	}
}

static void write_register(const struct register_access *access, uint64_t value)
{
	volatile void *at = place_of(access);

	switch (access->width) {
	case 1:
		write8(at, (uint8_t)value);
		break;
	case 2:
		write16(at, (uint16_t)value);
		break;
	default:
		write32(at, (uint32_t)value);
	}
}

const struct register_road virtio_mmio_road = {.read = read_register, .write = write_register};

static uint32_t read(const struct register_access *access)
{
	uint64_t value = read_register(access);

	return (uint32_t)(onlookers ? onlookers_read(access, value) : value);
}

static void write(const struct register_access *access, uint64_t value)
{
	if (!onlookers || onlookers_write(access, &value))
		write_register(access, value);
}

uint32_t mmio_read(struct virtio_device *device, enum mmio_register at)
{
	return read(&(const struct register_access){device, STRUCTURE_CONTROL, at, 4});
}

void mmio_write(struct virtio_device *device, enum mmio_register at, uint32_t value)
{
	write(&(const struct register_access){device, STRUCTURE_CONTROL, at, 4}, value);
}

void mmio_write_pair(struct virtio_device *device, enum mmio_register low, uint64_t value)
{
	mmio_write(device, low, (uint32_t)value);
	mmio_write(device, low + 4, (uint32_t)(value >> 32));
}

uint64_t mmio_read_pair(struct virtio_device *device, enum mmio_register low)
{
	uint64_t value = mmio_read(device, low);

	return value | (uint64_t)mmio_read(device, low + 4) << 32;
}

void mmio_notify(struct virtio_device *device, uint32_t value)
{
	write(&(const struct register_access){device, STRUCTURE_NOTIFY, 0, 4}, value);
}

uint32_t mmio_read_config(struct virtio_device *device, uint32_t offset, unsigned width)
{
	return read(&(const struct register_access){device, STRUCTURE_DEVICE, offset, width});
}

void mmio_write_config(struct virtio_device *device, uint32_t offset, unsigned width,
		       uint32_t value)
{
	write(&(const struct register_access){device, STRUCTURE_DEVICE, offset, width}, value);
}
