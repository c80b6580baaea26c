/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/lanes.h"

#include "arch/memory.h"
#include "lib/string.h"
#include "tests/device/net/frame.h"
#include "tests/harness/drive/drive.h"

#define LINE 64u

static_assert(LANE_FRAME_LEAST == sizeof(struct ethernet_header) + sizeof(uint64_t),
	      "a stamp follows the header");

/* Slots with one buffer each, `size` bytes and the packet header; the stamp is found in each. */
static uint8_t *make_lane(struct test_run *t, struct lane *lane, struct virtqueue *queue,
			  unsigned count, uint32_t header, uint32_t size, bool writable)
{
	uint32_t stride = ALIGN_UP(header + size, LINE);
	uint8_t *buffers = arena_allocate(t->arena, "frames", (size_t)count * stride, LINE);
	struct segment *segments = test_memory(t, "chains", (size_t)count * sizeof(*segments), 8);

	*lane = (struct lane){.count = count, .idle = count};
	lane->idle_slots = test_memory(t, "idle slots", count * sizeof(*lane->idle_slots), LINE);
	lane->stamps = test_memory(t, "stamps", count * sizeof(*lane->stamps), LINE);
	for (unsigned n = 0; buffers && n < count; n++) {
		uint8_t *buffer = buffers + (size_t)n * stride;

		segments[n] = (struct segment){physical(buffer), header + size, writable};
		lane->stamps[n] = (uint64_t *)(buffer + header + sizeof(struct ethernet_header));
		lane->idle_slots[n] = (uint16_t)n;
	}
	if (!buffers || !slots_lay(&lane->slots, queue, segments, 1, count, false, t->arena))
		skip_test(t, "no room for %u frames of %u bytes", count, size);
	return buffers;
}

void lanes_make(struct test_run *t, struct link_ends *ends, struct virtio_device *device,
		unsigned depth, uint32_t size, const uint8_t to[6])
{
	struct virtqueue *send = device->queues[NET_TRANSMIT_QUEUE];
	struct virtqueue *receive = device->queues[NET_RECEIVE_QUEUE];
	uint32_t header = net_header_length(device);
	uint32_t stride = ALIGN_UP(header + size, LINE);
	struct ethernet_header ethernet = {.type = to_be16(ETHERTYPE_LOCAL)};
	uint8_t *frames;

	ends->device = device;
	net_mac(device, ethernet.from);
	memcpy(ethernet.to, to, sizeof(ethernet.to));
	frames = make_lane(t, &ends->send, send, depth, header, size, false);
	for (unsigned n = 0; n < depth; n++)
		memcpy(frames + (size_t)n * stride + header, &ethernet, sizeof(ethernet));
	/* 5.1.6.3.1: without mergeable buffers each has room for the largest packet that may come. */
	make_lane(t, &ends->receive, receive, receive->size, header, MAXIMUM(size, NET_FRAME_MOST),
		  true);
}

struct link_ends near, far;
struct traffic traffic;

void open_window(void)
{
	traffic.bytes = 0;
	traffic.guest_ticks = 0;
	traffic.kick_ticks = 0;
	near.send.kicks = near.receive.kicks = far.send.kicks = far.receive.kicks = 0;
	histogram_reset(&traffic.latency);
}
