/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/config.h"

#include "lib/string.h"

/* A device that changes its configuration without end must not hold us for ever. */
#define GENERATION_TRIES 16

uint32_t config_generation(struct virtio_device *device)
{
	return device->transport->generation ? device->transport->generation(device) : 0;
}

uint64_t config_read_at(struct virtio_device *device, uint32_t offset, unsigned width)
{
	const struct virtio_transport *transport = device->transport;

	if (width < 8)
		return transport->read_config(device, offset, width);

	for (unsigned tries = 0;; tries++) {
		uint32_t before = config_generation(device);
		uint64_t low = transport->read_config(device, offset, 4);
		uint64_t high = transport->read_config(device, offset + 4, 4);

		if (tries == GENERATION_TRIES || before == config_generation(device))
			return low | high << 32;
	}
}

void config_write_at(struct virtio_device *device, uint32_t offset, unsigned width, uint64_t value)
{
	device->transport->write_config(device, offset, MINIMUM(width, 4u), (uint32_t)value);
	if (width == 8)
		device->transport->write_config(device, offset + 4, 4, (uint32_t)(value >> 32));
}

/* Accesses as wide and as aligned as they can be: 2.5.1 asks for the width of the field. */
static unsigned width_at(uint32_t offset, uint32_t length)
{
	if (offset % 4 == 0 && length >= 4)
		return 4;
	if (offset % 2 == 0 && length >= 2)
		return 2;
	return 1;
}

void config_get(struct virtio_device *device, uint32_t offset, void *buffer, uint32_t length)
{
	uint8_t *to = buffer;

	while (length > 0) {
		unsigned width = width_at(offset, length);
		uint32_t value = device->transport->read_config(device, offset, width);

		memcpy(to, &value, width);
		to += width;
		offset += width;
		length -= width;
	}
}

void config_set(struct virtio_device *device, uint32_t offset, const void *buffer, uint32_t length)
{
	const uint8_t *from = buffer;

	while (length > 0) {
		unsigned width = width_at(offset, length);
		uint32_t value = 0;

		memcpy(&value, from, width);
		device->transport->write_config(device, offset, width, value);
		from += width;
		offset += width;
		length -= width;
	}
}
