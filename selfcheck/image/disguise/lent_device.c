/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/lent_device.h"

#include "arch/io.h"
#include "lib/string.h"
#include "virtio/transport/pci/legacy_registers.h"

#define OFFERED                                                                                    \
	((uint32_t)(BIT(VIRTIO_NET_F_MAC) | BIT(VIRTIO_NET_F_STATUS) | BIT(VIRTIO_NET_F_MTU)))

struct lent_device lent_device;

static void take_descriptor(const struct virtq_desc *desc, struct served_buffer *buffer)
{
	uint8_t *address = (uint8_t *)(uintptr_t)from_le64(desc->addr);

	if (from_le16(desc->flags) & VIRTQ_DESC_F_WRITE) {
		buffer->in = address;
		buffer->in_length = from_le32(desc->len);
	} else {
		buffer->out = address;
		buffer->out_length = from_le32(desc->len);
	}
}

/* Turns used elements around, from one up to another. */
static void turn_used(struct served_ring *ring, uint16_t first, uint16_t end)
{
	for (; (uint16_t)(end - first) > 1; first++, end--) {
		struct virtq_used_elem *low = &ring->used->ring[first % ring->size];
		struct virtq_used_elem *high = &ring->used->ring[(uint16_t)(end - 1) % ring->size];
		struct virtq_used_elem kept = *low;

		*low = *high;
		*high = kept;
	}
}

void serve_ring(struct served_ring *ring, uint32_t (*serve)(const struct served_buffer *buffer),
		enum serving order)
{
	uint16_t end = from_le16(ring->avail->idx), first = from_le16(ring->used->idx);

	for (uint16_t count = (uint16_t)(end - ring->seen); count > 0; count--) {
		uint16_t at =
			(uint16_t)(order == SERVE_BACKWARDS ? ring->seen + count - 1 : end - count);
		uint16_t head = from_le16(ring->avail->ring[at % ring->size]);
		uint16_t used = from_le16(ring->used->idx);
		const struct virtq_desc *desc = &ring->desc[head];
		struct served_buffer buffer = {0};

		take_descriptor(desc, &buffer);
		while (from_le16(desc->flags) & VIRTQ_DESC_F_NEXT) {
			desc = &ring->desc[from_le16(desc->next)];
			take_descriptor(desc, &buffer);
		}
		ring->used->ring[used % ring->size] =
			(struct virtq_used_elem){to_le32(head), to_le32(serve(&buffer))};
		ring->used->idx = to_le16((uint16_t)(used + 1));
	}
	if (order == SERVE_IN_ORDER_USE_BACKWARDS)
		turn_used(ring, first, from_le16(ring->used->idx));
	ring->seen = end;
}

void lent_device_begin(void)
{
	static const uint8_t mac[] = {0x02, 0x76, 0x70, 0x00, 0x00, 0x99};

	lent_device = (struct lent_device){
		.config.status = to_le16(VIRTIO_NET_S_LINK_UP),
		.config.mtu = to_le16(1500),
	};
	memcpy(lent_device.config.mac, mac, sizeof(mac));
}

static void reset(void)
{
	lent_device.driver_features = 0;
	lent_device.queue_select = 0;
	lent_device.status = lent_device.isr = 0;
	memset(lent_device.address, 0, sizeof(lent_device.address));
	memset(lent_device.seen, 0, sizeof(lent_device.seen));
}

/* Where each field of the header begins, and of the configuration; the last is the end. */
static const uint8_t header_fields[] = {
	LEGACY_DEVICE_FEATURES, LEGACY_DRIVER_FEATURES, LEGACY_QUEUE_ADDRESS,   LEGACY_QUEUE_SIZE,
	LEGACY_QUEUE_SELECT,    LEGACY_QUEUE_NOTIFY,    LEGACY_DEVICE_STATUS,   LEGACY_ISR_STATUS,
	LEGACY_CONFIG_VECTOR,   LEGACY_QUEUE_VECTOR,    LEGACY_END_WITH_VECTORS};
static const uint8_t config_fields[] = {0, 6, 8, 10, 12};

/* Whether an access lies in one field that begins below `end`. */
static bool is_in_field(const uint8_t *fields, unsigned count, uint8_t offset, uint32_t length,
			uint32_t end)
{
	for (unsigned n = 0; n + 1 < count && fields[n] < end; n++) {
		if (offset >= fields[n] && length && offset + length <= fields[n + 1])
			return true;
	}
	return false;
}

static bool is_access(bool config, uint8_t offset, uint32_t length, uint32_t header)
{
	return config ? is_in_field(config_fields, ARRAY_LENGTH(config_fields), offset, length,
				    UINT32_MAX)
		      : is_in_field(header_fields, ARRAY_LENGTH(header_fields), offset, length,
				    header);
}

static uint16_t selected_size(void)
{
	return lent_device.queue_select < LENT_QUEUES ? LENT_QUEUE_SIZE : 0;
}

/* The header as it reads. */
static void show(uint8_t *bytes)
{
	uint32_t features = OFFERED;
	uint16_t size = selected_size();

	memset(bytes, 0, LEGACY_END_WITH_VECTORS);
	memcpy(bytes + LEGACY_DEVICE_FEATURES, &features, 4);
	memcpy(bytes + LEGACY_DRIVER_FEATURES, &lent_device.driver_features, 4);
	if (size)
		memcpy(bytes + LEGACY_QUEUE_ADDRESS, &lent_device.address[lent_device.queue_select],
		       4);
	memcpy(bytes + LEGACY_QUEUE_SIZE, &size, 2);
	memcpy(bytes + LEGACY_QUEUE_SELECT, &lent_device.queue_select, 2);
	bytes[LEGACY_DEVICE_STATUS] = lent_device.status;
	bytes[LEGACY_ISR_STATUS] = lent_device.isr;
}

bool lent_device_read(bool config, uint8_t offset, uint8_t *data, uint32_t length, uint32_t header)
{
	uint8_t bytes[LEGACY_END_WITH_VECTORS];

	if (!is_access(config, offset, length, header))
		return false;
	show(bytes);
	memcpy(data, config ? (uint8_t *)&lent_device.config + offset : bytes + offset, length);
	if (!config && offset == LEGACY_ISR_STATUS && !lent_device.keeps_isr)
		lent_device.isr = 0;
	return true;
}

static void write_header(uint8_t offset, const uint8_t *data, uint32_t length)
{
	uint16_t queue = 0;

	if (offset >= LEGACY_DRIVER_FEATURES && offset < LEGACY_QUEUE_ADDRESS) {
		memcpy((uint8_t *)&lent_device.driver_features + offset - LEGACY_DRIVER_FEATURES,
		       data, length);
	} else if (offset >= LEGACY_QUEUE_ADDRESS && offset < LEGACY_QUEUE_SIZE) {
		if (selected_size())
			memcpy((uint8_t *)&lent_device.address[lent_device.queue_select] + offset -
				       LEGACY_QUEUE_ADDRESS,
			       data, length);
	} else if (offset == LEGACY_QUEUE_SELECT) {
		memcpy(&lent_device.queue_select, data, length);
	} else if (offset == LEGACY_QUEUE_NOTIFY) {
		memcpy(&queue, data, length);
		lent_device_notify(queue);
	} else if (offset == LEGACY_DEVICE_STATUS) {
		lent_device.status = *data;
		if (!*data)
			reset();
	}
}

bool lent_device_write(bool config, uint8_t offset, const uint8_t *data, uint32_t length,
		       uint32_t header)
{
	if (!is_access(config, offset, length, header))
		return false;
	if (!config)
		write_header(offset, data, length);
	else if (offset < NET_MAC_BYTES)
		memcpy(lent_device.config.mac + offset, data, length);
	return true;
}

/* A frame goes nowhere. */
static uint32_t transmit(const struct served_buffer *buffer)
{
	return 0;
}

static void serve_queue(unsigned queue)
{
	uint8_t *ring =
		(uint8_t *)((uintptr_t)lent_device.address[queue % LENT_QUEUES] * LEGACY_PAGE);
	struct served_ring served = {
		.desc = (struct virtq_desc *)ring,
		.avail = (struct virtq_avail *)(ring + virtq_desc_bytes(LENT_QUEUE_SIZE)),
		.size = LENT_QUEUE_SIZE,
	};

	if (queue != NET_TRANSMIT_QUEUE || !ring || !(lent_device.status & VIRTIO_STATUS_DRIVER_OK))
		return;
	served.used =
		(struct virtq_used *)(ring + ALIGN_UP(virtq_desc_bytes(LENT_QUEUE_SIZE) +
							      virtq_avail_bytes(LENT_QUEUE_SIZE),
						      (uint32_t)LEGACY_PAGE));
	served.seen = lent_device.seen[queue];
	serve_ring(&served, transmit, SERVE_IN_ORDER);
	if (served.seen != lent_device.seen[queue])
		lent_device.isr = VIRTIO_INTERRUPT_USED;
	lent_device.seen[queue] = served.seen;
}

void lent_device_notify(unsigned queue)
{
	if (lent_device.is_deaf)
		return;
	lent_device.waits = lent_device.delay;
	lent_device.kicked = queue;
	if (!lent_device.delay)
		serve_queue(queue);
}

void lent_device_go_on(void)
{
	if (lent_device.waits && --lent_device.waits == 0)
		serve_queue(lent_device.kicked);
}
