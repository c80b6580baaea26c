/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices whose legacy interface is odd, as devices of its time were. */
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/net.h"
#include "virtio/transport/pci/legacy_registers.h"

/* Of what tells the driver nothing by its length (5.1.6.1, 5.3.6.1, 5.5.6.1, 5.6.6.1). */
static void count_all(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (!request || !request->out_length)
		return;
	acts();
	element->length = request->out_length + request->in_length;
}

ECCENTRIC(ok_legacy_counts_all, .about = "whatever is sent is used with its whole length",
	  ALLOWED("5.6.6.1", "Historically, devices put the total descriptor length, or the total "
			     "length of device-writable buffers there"),
	  .traits = DEVICE_LEGACY, .devices = "net,console,balloon,scsi",
	  .tests = "ring.*,net.*,console.*,balloon.*,scsi.*", .used_element = count_all);

static uint64_t offer_less(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (access->structure != STRUCTURE_CONTROL || access->offset != LEGACY_DEVICE_FEATURES)
		return value;
	acts();
	return value & ~(BIT64(VIRTIO_F_NOTIFY_ON_EMPTY) | BIT64(VIRTIO_F_BAD_FEATURE));
}

ECCENTRIC(ok_legacy_offers_less, .about = "neither VIRTIO_F_NOTIFY_ON_EMPTY nor bit 30 is offered",
	  ALLOWED("6.3", "Transitional devices MAY offer the following"), .traits = DEVICE_LEGACY,
	  .tests = "transport.*,ring.*,interrupt.*", .onlooker.read = offer_less);

/* The bytes of an address that is not whole yet. */
static uint8_t mac[NET_MAC_BYTES];

static bool defer_mac(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	struct register_access byte = *access;

	if (access->structure != STRUCTURE_DEVICE || access->offset >= NET_MAC_BYTES ||
	    access->width != 1)
		return true;
	mac[access->offset] = (uint8_t)*value;
	for (byte.offset = 0; access->offset == NET_MAC_BYTES - 1 && byte.offset < NET_MAC_BYTES;
	     byte.offset++)
		onlooker_write(self, &byte, mac[byte.offset]);
	acts();
	return false;
}

ECCENTRIC(ok_legacy_mac_counts_when_whole,
	  .about = "what is written to mac counts when its last byte is written",
	  ALLOWED("5.1.6.5.2.3",
		  "a transitional device MAY defer MAC update, or MAY defer processing "
		  "incoming packets until driver writes the last byte of mac"),
	  .traits = DEVICE_LEGACY, .devices = "net", .tests = "net.*", .onlooker.write = defer_mac);
