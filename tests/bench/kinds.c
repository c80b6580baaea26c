/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/kinds.h"

#include "lib/string.h"
#include "tests/device/net/frame.h"
#include "tests/device/net/link.h"
#include "tests/device/scsi/command.h"
#include "virtio/device/blk.h"
#include "virtio/device/console.h"
#include "virtio/device/net_control.h"

/* What no real disk is asked to write: bytes that neither compress nor read as zero. */
static void fill_with_noise(uint8_t *bytes, uint32_t size)
{
	uint64_t noise = 0x9e3779b97f4a7c15;

	for (uint32_t n = 0; n + sizeof(noise) <= size; n += sizeof(noise)) {
		noise ^= noise << 13;
		noise ^= noise >> 7;
		noise ^= noise << 17;
		memcpy(bytes + n, &noise, sizeof(noise));
	}
}

static int only_queue(struct test_run *t, unsigned n)
{
	return n == 0 ? (int)t->workload->queue : -1;
}

/* ---- blk ---- */

static uint64_t blk_features(const struct load_settings *settings)
{
	return settings->queues > 1 ? BIT64(VIRTIO_BLK_F_MQ) : 0;
}

static const char *blk_refusal(struct test_run *t, const struct load_settings *settings)
{
	if (settings->size % VIRTIO_BLK_SECTOR)
		return "vp.size is no multiple of a sector, 512 bytes";
	if (settings->write && features_have(&t->device->offered, VIRTIO_BLK_F_RO))
		return "the disk is read-only";
	return NULL;
}

static int blk_queue(struct test_run *t, unsigned n)
{
	bool several = features_have(&t->device->offered, VIRTIO_BLK_F_MQ);
	unsigned count =
		several ? (unsigned)config_read(t->device, struct virtio_blk_config, num_queues)
			: 1;

	return n < count ? (int)n : -1;
}

static struct load_shape blk_shape(struct test_run *t, const struct load_settings *settings)
{
	return (struct load_shape){
		.head = sizeof(struct virtio_blk_req),
		.status = 1,
		.payload_in = !settings->write,
		.apart = true,
	};
}

static void blk_fill(struct test_run *t, const struct load_settings *settings,
		     const struct load_request *request)
{
	struct virtio_blk_req *header = (struct virtio_blk_req *)request->head;

	header->type = to_le32(settings->write ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN);
	if (settings->write)
		fill_with_noise(request->payload, settings->size);
}

static struct load_disk blk_disk(struct test_run *t)
{
	return (struct load_disk){
		.blocks = config_read(t->device, struct virtio_blk_config, capacity),
		.block_bytes = VIRTIO_BLK_SECTOR,
	};
}

static bool blk_served(const struct load_request *request)
{
	return *request->status == VIRTIO_BLK_S_OK;
}

/* ---- scsi: READ(10) and WRITE(10) of the first disk ---- */

static struct scsi_unit unit;

static void scsi_survey(struct test_run *t)
{
	uint16_t size = t->variant.size;

	/* The search wants room for a chain, whatever the load is to do with. */
	t->variant.size = 0;
	scsi_up(t, 0);
	unit = scsi_find_disk(t);
	t->variant.size = size;
}

static const char *scsi_refusal(struct test_run *t, const struct load_settings *settings)
{
	if (settings->size % unit.block || settings->size / unit.block > UINT16_MAX)
		return "vp.size is no number of blocks that READ(10) can name";
	return NULL;
}

static int scsi_queue(struct test_run *t, unsigned n)
{
	unsigned count = (unsigned)SCSI_CONFIG(t, num_queues);

	return n < count ? (int)(SCSI_REQUEST_QUEUE + n) : -1;
}

static struct load_shape scsi_shape(struct test_run *t, const struct load_settings *settings)
{
	return (struct load_shape){.head = sizeof(struct virtio_scsi_req_cmd),
				   .status = sizeof(struct virtio_scsi_resp_cmd),
				   .status_first = true,
				   .payload_in = !settings->write,
				   .apart = true};
}

static void scsi_fill(struct test_run *t, const struct load_settings *settings,
		      const struct load_request *request)
{
	struct request command = {.out = request->head};

	scsi_address(scsi_header(&command)->lun, unit.target, 0);
	scsi_header(&command)->id = to_le64((uintptr_t)request->head);
	scsi_set_transfer(&command, settings->write ? SCSI_WRITE_10 : SCSI_READ_10, 0,
			  (uint16_t)(settings->size / unit.block));
	if (settings->write)
		fill_with_noise(request->payload, settings->size);
}

static struct load_disk scsi_disk(struct test_run *t)
{
	return (struct load_disk){.blocks = unit.blocks, .block_bytes = unit.block};
}

static bool scsi_served(const struct load_request *request)
{
	const struct virtio_scsi_resp_cmd *response =
		(const struct virtio_scsi_resp_cmd *)request->status;

	return response->response == VIRTIO_SCSI_S_OK && response->status == SCSI_GOOD;
}

/* ---- net: frames for nobody; beyond an Ethernet frame's size TCP for the device to cut ---- */

#define GSO_SEGMENT 1448

static uint64_t net_features_wanted(const struct load_settings *settings)
{
	uint64_t features = 0;

	if (settings->size > NET_FRAME_MOST)
		features |= BIT64(VIRTIO_NET_F_CSUM) | BIT64(VIRTIO_NET_F_HOST_TSO4);
	if (settings->queues > 1)
		features |= BIT64(VIRTIO_NET_F_CTRL_VQ) | BIT64(VIRTIO_NET_F_MQ);
	return features;
}

static const char *net_refusal(struct test_run *t, const struct load_settings *settings)
{
	if (settings->size < sizeof(struct ethernet_header))
		return "a frame has at least the 14 bytes of its header";
	if (settings->size > FRAME_MOST)
		return "no frame is made longer than 16384 bytes";
	if (settings->size > NET_FRAME_MOST &&
	    !features_have(&t->device->offered, VIRTIO_NET_F_HOST_TSO4))
		return "the device offers no segmentation, which frames above 1514 bytes need";
	return NULL;
}

static unsigned net_pairs_offered(struct test_run *t)
{
	return features_have(&t->device->offered, VIRTIO_NET_F_MQ)
		       ? (unsigned)net_config(t->device, max_virtqueue_pairs)
		       : 1;
}

static int net_queue(struct test_run *t, unsigned n)
{
	return n < net_pairs_offered(t) ? (int)net_transmit_queue(n) : -1;
}

static unsigned net_queues(struct test_run *t, unsigned workers)
{
	return workers > 1 ? 2 * net_pairs_offered(t) + 1 : 2;
}

/* A queue pair that was not asked for is idle (5.1.6.5.5). */
static void net_start(struct test_run *t, const struct load_settings *settings)
{
	le16 pairs = to_le16((uint16_t)settings->queues);
	struct virtqueue *queue;
	struct request command;
	struct completion completion;

	if (settings->queues == 1)
		return;
	queue = t->device->queues[net_control_queue(t->device)];
	if (!net_prepare_command(t->arena, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET,
				 &pairs, sizeof(pairs), 0, &command))
		error_in_test(t, "the DMA arena has no room for a command");
	submit(t, queue, &command);
	INSIST(t, SANE_2,
	       await_completion(t, queue, &completion) &&
		       net_command_ack(&command) == VIRTIO_NET_OK,
	       "the device does not take %u queue pairs", settings->queues);
}

static struct load_shape net_shape(struct test_run *t, const struct load_settings *settings)
{
	return (struct load_shape){.head = net_header_length(t->device)};
}

static void net_fill(struct test_run *t, const struct load_settings *settings,
		     const struct load_request *request)
{
	static struct frame frame;
	struct virtio_net_hdr *header = (struct virtio_net_hdr *)request->head;
	struct ethernet_header ethernet = {.type = to_be16(ETHERTYPE_LOCAL)};
	struct parsed parsed;
	struct flow flow;

	mac_unicast(0xfe, ethernet.to);
	mac_unicast(0x01, ethernet.from);
	if (settings->size <= NET_FRAME_MOST) {
		memcpy(request->payload, &ethernet, sizeof(ethernet));
		return;
	}
	flow = flow_of(ethernet.from, ethernet.to, false, 1);
	frame.length = 0;
	frame_tcp(&frame, &flow, TCP_ACK, 1,
		  settings->size - (uint32_t)(sizeof(ethernet) + sizeof(struct ipv4_header) +
					      sizeof(struct tcp_header)));
	frame_offload_checksum(&frame, header);
	if (frame_parse(frame.bytes, frame.length, &parsed))
		header->hdr_len = to_le16((uint16_t)parsed.payload);
	header->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	header->gso_size = to_le16(GSO_SEGMENT);
	memcpy(request->payload, frame.bytes, settings->size);
}

/* ---- console, rng: bytes ---- */

static struct load_shape bytes_out(struct test_run *t, const struct load_settings *settings)
{
	return (struct load_shape){.head = 0};
}

static struct load_shape bytes_in(struct test_run *t, const struct load_settings *settings)
{
	return (struct load_shape){.payload_in = true};
}

static const struct load_kind kinds[] = {
	{
		.type = VIRTIO_TYPE_BLK,
		.about = "blk",
		.size = 4096,
		.features = blk_features,
		.refusal = blk_refusal,
		.queue = blk_queue,
		.shape = blk_shape,
		.fill = blk_fill,
		.disk = blk_disk,
		.place_offset = offsetof(struct virtio_blk_req, sector),
		.served = blk_served,
	},
	{
		.type = VIRTIO_TYPE_SCSI,
		.about = "scsi",
		.size = 4096,
		.place = PLACE_BIG_ENDIAN_32,
		.refusal = scsi_refusal,
		.survey = scsi_survey,
		.queue = scsi_queue,
		.shape = scsi_shape,
		.fill = scsi_fill,
		.disk = scsi_disk,
		.place_offset = offsetof(struct virtio_scsi_req_cmd, cdb) + 2,
		.served = scsi_served,
	},
	{
		.type = VIRTIO_TYPE_NET,
		.about = "net.transmit",
		.size = 64,
		.features = net_features_wanted,
		.refusal = net_refusal,
		.queue = net_queue,
		.queues = net_queues,
		.start = net_start,
		.shape = net_shape,
		.fill = net_fill,
		.stall = "the device keeps the frames: nobody on its network takes any",
	},
	{
		.type = VIRTIO_TYPE_CONSOLE,
		.about = "console.transmit",
		.size = 32768,
		.queue = only_queue,
		.shape = bytes_out,
		.stall = "the device keeps the text: nobody reads the console",
	},
	{
		.type = VIRTIO_TYPE_ENTROPY,
		.about = "rng.read",
		.size = 64,
		.queue = only_queue,
		.shape = bytes_in,
	},
};

static const struct load_kind plain = {.about = "work", .queue = only_queue};

const struct load_kind *load_kind_of(const struct test_run *t)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(kinds); n++) {
		if (kinds[n].type == t->device->type)
			return &kinds[n];
	}
	return &plain;
}
