/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices of several types whose legacy interface is odd, as devices of its time were. */
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/balloon.h"
#include "virtio/device/blk.h"
#include "virtio/device/net.h"
#include "virtio/device/net_control.h"
#include "virtio/device/scsi.h"
#include "virtio/ring/split.h"
#include "virtio/transport.h"
#include "virtio/transport/pci/legacy_registers.h"

/* ---- used lengths ---- */

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

static void count_nothing(struct virtqueue *queue, struct used_element *element)
{
	acts();
	element->length = 0;
}

ECCENTRIC(ok_legacy_counts_nothing,
	  .about = "whatever is written to a buffer is used with length 0",
	  ALLOWED("2.7.8.1", "Historically, many drivers ignored the len value, as a result, many "
			     "devices set len incorrectly."),
	  .traits = DEVICE_LEGACY, .devices = "blk,scsi,balloon",
	  .tests = "ring.*,blk.*,scsi.*,balloon.*,transport.legacy*",
	  .used_element = count_nothing);

/* ---- configuration ---- */

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

static bool is_changing; /* a byte of mac was written, and not yet the last */

static void change_nothing(struct virtio_device *device)
{
	is_changing = false;
}

static bool follow_mac(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure == STRUCTURE_DEVICE && access->offset < NET_MAC_BYTES)
		is_changing = access->offset != NET_MAC_BYTES - 1;
	return true;
}

/* What comes in has no sender and no type, and is for nobody. */
static void be_deaf(struct virtqueue *queue, struct used_element *element)
{
	uint32_t header = net_header_length(queue->device);
	struct request *request = is_changing && queue->index == net_receive_queue(0)
					  ? used_request(queue, element)
					  : NULL;

	if (!request || element->length < header + 2 * NET_MAC_BYTES + 2)
		return;
	acts();
	memset(request->in + header, 0, 2 * NET_MAC_BYTES + 2);
}

ECCENTRIC(ok_legacy_is_deaf_to_half_a_mac,
	  .about = "nothing comes in while mac is being written, and with its last byte it does",
	  ALLOWED("5.1.6.5.2.3", "MAY defer processing incoming packets until driver writes the "
				 "last byte of mac in the config space"),
	  .traits = DEVICE_LEGACY, .devices = "net", .tests = "net.*", .start = change_nothing,
	  .onlooker.write = follow_mac, .used_element = be_deaf);

/* Writes to writeback are the driver's; what it reads first is the device's affair. */
static bool begin_without_cache(struct onlooker *self, const struct register_access *access,
				uint64_t *value)
{
	struct register_access writeback = {access->device, STRUCTURE_DEVICE,
					    offsetof(struct virtio_blk_config, writeback), 1};

	if (!is_legacy_header(access, LEGACY_DEVICE_STATUS) || *value)
		return true;
	acts();
	onlooker_write(self, access, 0);
	onlooker_write(self, &writeback, 0);
	return false;
}

ECCENTRIC(ok_legacy_begins_without_cache, .about = "after a reset writeback is 0",
	  ALLOWED("5.2.5.1",
		  "the driver MAY read or write writeback before setting the DRIVER or DRIVER_OK "
		  "device status bit"),
	  .traits = DEVICE_LEGACY, .devices = "blk", .tests = "blk.*",
	  .onlooker.write = begin_without_cache);

/* ---- offers ---- */

static bool offers_offloads(const struct virtio_device *device)
{
	return features_have(&device->offered, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS);
}

static uint64_t leave_no_segments(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	if (!is_legacy_header(access, LEGACY_DEVICE_FEATURES))
		return value;
	acts();
	return value & ~(BIT64(VIRTIO_NET_F_GUEST_TSO4) | BIT64(VIRTIO_NET_F_GUEST_TSO6) |
			 BIT64(VIRTIO_NET_F_GUEST_ECN) | BIT64(VIRTIO_NET_F_GUEST_UFO));
}

ECCENTRIC(ok_legacy_offloads_checksums_alone, .about = "no segments are left to the driver",
	  ALLOWED("2.2", "Each virtio device offers all the features it understands."),
	  .traits = DEVICE_LEGACY, .devices = "net", .fits = offers_offloads, .tests = "net.*",
	  .onlooker.read = leave_no_segments);

static uint64_t tell_of_offer(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	if (is_legacy_header(access, LEGACY_DEVICE_FEATURES))
		acts();
	return value;
}

ECCENTRIC(ok_legacy_wants_to_be_told,
	  .about = "VIRTIO_BALLOON_F_MUST_TELL_HOST is offered, and can be done without",
	  ALLOWED("5.5.3.1", "transitional devices MUST support guests which do not negotiate "
			     "VIRTIO_BALLOON_F_MUST_TELL_HOST feature"),
	  .traits = DEVICE_LEGACY, .devices = "balloon", .tests = "balloon.*",
	  .offers = BIT64(VIRTIO_BALLOON_F_MUST_TELL_HOST), .onlooker.read = tell_of_offer);

static bool has_one_pair(const struct virtio_device *device)
{
	return features_have(&device->offered, VIRTIO_NET_F_MQ) &&
	       device->transport->read_config(
		       (struct virtio_device *)device,
		       offsetof(struct virtio_net_config, max_virtqueue_pairs), 2) == 1;
}

ECCENTRIC(ok_legacy_has_one_pair, .about = "a device that may have more queue pairs has one",
	  ALLOWED("5.1.4.1", "The device MUST set max_virtqueue_pairs to between 1 and 0x8000 "
			     "inclusive"),
	  .traits = DEVICE_LEGACY, .devices = "net", .natural = true, .fits = has_one_pair,
	  .tests = "net.*");

/* ---- requests ---- */

/* Where no checksum is to be made the fields that would say how mean nothing. */
static void say_more(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	struct virtio_net_hdr *header = request ? (void *)request->in : NULL;

	if (!header || queue->index == net_control_queue(queue->device) || queue->index % 2 ||
	    element->length < offsetof(struct virtio_net_hdr, num_buffers) || header->flags ||
	    header->gso_type)
		return;
	acts();
	header->csum_start = to_le16(0xfff0);
	header->csum_offset = to_le16(0xfff0);
}

ECCENTRIC(ok_legacy_header_says_more,
	  .about = "csum_start and csum_offset of packets without NEEDS_CSUM are anything",
	  ALLOWED("5.1.6.4.2",
		  "If VIRTIO_NET_HDR_F_NEEDS_CSUM bit in flags is not set or if "
		  "VIRTIO_NET_HDR_F_RSC_INFO bit flags is set, the driver MUST NOT use the "
		  "csum_start and csum_offset."),
	  .traits = DEVICE_LEGACY, .devices = "net", .tests = "net.*", .used_element = say_more);

#define OPERATIONAL_CHANGE BIT(1) /* an event (5.6.6.2) */

static void know_an_event(struct virtqueue *queue, struct used_element *element)
{
	struct request *request =
		queue->index == SCSI_CONTROL_QUEUE ? used_request(queue, element) : NULL;
	const struct virtio_scsi_ctrl_an *question = request ? (void *)request->out : NULL;
	struct virtio_scsi_ctrl_an_answer *answer = request ? (void *)request->in : NULL;

	if (!request || request->in_length != sizeof(*answer) ||
	    from_le32(question->type) == VIRTIO_SCSI_T_TMF || answer->response)
		return;
	acts();
	answer->event_actual = to_le32(from_le32(question->event_requested) & OPERATIONAL_CHANGE);
}

ECCENTRIC(ok_legacy_knows_an_event, .about = "a unit tells of operational changes",
	  ALLOWED("5.6.6.2", "the device responds by writing the events that it supports into "
			     "event_actual."),
	  .traits = DEVICE_LEGACY, .devices = "scsi", .tests = "scsi.*",
	  .used_element = know_an_event);

static void know_no_flush_out(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	const struct virtio_blk_req *header = request ? (void *)request->out : NULL;

	if (!header || from_le32(header->type) != VIRTIO_BLK_T_FLUSH_OUT)
		return;
	acts();
	request->in[request->in_length - 1] = VIRTIO_BLK_S_UNSUPP;
}

ECCENTRIC(ok_legacy_knows_no_flush_out, .about = "VIRTIO_BLK_T_FLUSH_OUT is not supported",
	  ALLOWED("5.2.6.4", "a driver MUST treat it as a VIRTIO_BLK_T_FLUSH command."),
	  .traits = DEVICE_LEGACY, .devices = "blk", .tests = "blk.*",
	  .used_element = know_no_flush_out);

static bool take_barriers(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if (is_legacy_header(access, LEGACY_DRIVER_FEATURES) &&
	    (*value & BIT(VIRTIO_BLK_F_BARRIER)))
		acts();
	return true;
}

ECCENTRIC(ok_legacy_has_barriers,
	  .about = "a disk offers VIRTIO_BLK_F_BARRIER, and keeps all order",
	  ALLOWED("5.2.3.1", "Device supports request barriers."), .traits = DEVICE_LEGACY,
	  .devices = "blk", .tests = "blk.*", .offers = BIT64(VIRTIO_BLK_F_BARRIER),
	  .onlooker.write = take_barriers);

/* ---- what the host sees, or does ---- */

static const struct virtqueue *heard; /* the queue of statistics, once it had its first buffer */

static void hear_nothing(struct virtio_device *device)
{
	heard = NULL;
}

#define UNKNOWN_TAG 0x7ffe

/* The device behind it knows no such tags. */
static void lose_first_statistics(struct onlooker *self, struct virtqueue *queue)
{
	const struct virtq_desc *desc = split_of(queue)->desc;
	struct virtio_balloon_stat *stats;
	uint16_t head;

	if (queue->index != BALLOON_STATS_QUEUE || heard == queue)
		return;
	heard = queue;
	acts();
	head = from_le16(split_of(queue)->avail->ring[0]);
	stats = (void *)(uintptr_t)from_le64(desc[head].addr);
	for (unsigned n = 0; n < from_le32(desc[head].len) / sizeof(*stats); n++)
		stats[n].tag = to_le16(UNKNOWN_TAG);
}

ECCENTRIC(ok_legacy_loses_first_statistics, .about = "the first buffer of statistics is ignored",
	  ALLOWED("5.5.6.3.1",
		  "the device SHOULD ignore all values in the first buffer in the statsq "
		  "supplied by the driver after device initialization."),
	  .traits = DEVICE_LEGACY, .devices = "balloon", .tests = "balloon.*",
	  .start = hear_nothing, .onlooker.publish = lose_first_statistics);

static uint32_t actual; /* as far as it is written */

/* What comes byte by byte is handed on at once, when the last byte comes. */
static bool wait_for_all_of_it(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	uint32_t n = access->offset - offsetof(struct virtio_balloon_config, actual);

	if (access->structure != STRUCTURE_DEVICE || n >= sizeof(actual) || access->width != 1)
		return true;
	acts();
	actual = (actual & ~(0xffu << 8 * n)) | (uint32_t)*value << 8 * n;
	if (n == sizeof(actual) - 1)
		onlooker_write(self,
			       &(const struct register_access){
				       access->device, STRUCTURE_DEVICE,
				       offsetof(struct virtio_balloon_config, actual),
				       sizeof(actual)},
			       actual);
	return false;
}

ECCENTRIC(ok_legacy_actual_counts_when_whole,
	  .about = "what is written to actual counts when its last byte is written",
	  ALLOWED("5.5.6.1",
		  "the device SHOULD NOT use the actual value written by the driver in the "
		  "configuration space, until the last, most-significant byte of the value "
		  "has been written."),
	  .traits = DEVICE_LEGACY, .devices = "balloon", .tests = "balloon.*",
	  .onlooker.write = wait_for_all_of_it);
