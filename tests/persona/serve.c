/* SPDX-License-Identifier: BSD-2-Clause */
/* What drivers do with a device that is up. */
#include "arch/interrupt.h"
#include "arch/memory.h"
#include "lib/string.h"
#include "tests/persona/persona.h"
#include "virtio/config.h"
#include "virtio/device/blk.h"
#include "virtio/device/net_control.h"
#include "virtio/ring/queue.h"

#define LITTLE_PATIENCE_NS 250000000ull
#define PACES              4

/* The place of a queue is looked up once more, and the selector put back as it was. */
static bool look_again(struct play *play, struct virtqueue *queue)
{
	const struct virtio_transport *transport = queue->device->transport;
	uint16_t selected = transport->selected_queue(queue->device);
	bool found;

	transport->select_queue(queue->device, queue->index);
	found = transport->find_notification(queue);
	transport->select_queue(queue->device, selected);
	return HOLDS(play, SANE_5, found, "queue %u: %s", queue->index, queue->device->problem);
}

static bool notify(struct play *play, struct virtqueue *queue)
{
	bool plain = play->ways & WAY_PLAIN;

	if (!plain && play->persona->looks_again && !(play->ways & WAY_PLACED) &&
	    !look_again(play, queue))
		return false;
	if (!plain && play->persona->notifies_always)
		virtqueue_notify(queue);
	else
		virtqueue_kick(queue);
	return true;
}

/* Whether the persona waits for a message of the queue. */
static bool listens(const struct play *play, const struct virtqueue *queue)
{
	return !(play->ways & WAY_PLAIN) && !play->persona->quiet &&
	       queue->device->mode == INTERRUPT_MSIX && queue->vector;
}

/*
 * Waits for a buffer to be used. In a play that only finds out what a device minds, one that it serves is not waited for as
 * long as one that it owes.
 */
static bool await(struct play *play, struct virtqueue *queue)
{
	struct completion completion;
	uint64_t deadline = clock_deadline(MAXIMUM(LITTLE_PATIENCE_NS, PACES * pace_ns()));

	if (!(play->ways & WAYS_TRIED))
		return await_completion(play->t, queue, &completion);
	if (!await_use(queue, deadline) || !virtqueue_take(queue, &completion))
		return false;
	insist_on_chain(play->t, queue, &completion, NULL);
	return true;
}

bool exchanges(struct play *play, struct virtqueue *queue, const struct segment *segments,
	       unsigned count, const char *what)
{
	bool heard = listens(play, queue);
	uint64_t before = heard ? interrupt_count(queue->vector) : 0;

	if (heard && queue->event_idx)
		virtqueue_arm(queue, 0);
	add_segments(play->t, queue, segments, count, queue);
	virtqueue_publish(queue);
	if (!notify(play, queue) ||
	    !HOLDS(play, SANE_1, await(play, queue), "queue %u: %s is not completed in time",
		   queue->index, what))
		return false;
	if (heard && !await_interrupts(queue->vector, before + 1))
		return flaw(play, clause_of_notice(queue),
			    "queue %u: %s is used, and no message tells of it", queue->index, what);
	if (heard)
		check_held(play->t, clause_of_notice(queue));
	if (!(play->ways & WAY_PLAIN) && play->persona->reads_isr)
		reads_isr(play, 0);
	return true;
}

/* ---- any type ---- */

bool serves_workload(struct play *play)
{
	const struct workload *workload = play->t->workload;
	struct virtqueue *queue = work_queue(play->t);
	struct segment segments[REQUEST_SEGMENTS_MOST];
	char why[96];
	struct text text = TEXT_ON(why);

	for (unsigned n = 0; n < play->persona->reading.times; n++) {
		struct request *request = new_request(play->t, n);
		unsigned count = request_cut(request, 1, 1, segments);

		if (!exchanges(play, queue, segments, count, workload->about))
			return false;
		if (workload->verify &&
		    !HOLDS(play, SANE_2, workload->verify(play->t->device, request, &text),
			   "queue %u: %s completed, but %s", queue->index, workload->about, why))
			return false;
	}
	return true;
}

/* ---- blk ---- */

/* How many bytes the persona reads at once, as far as the disk is so large and takes so much in one segment. */
static uint32_t bytes_of_reading(const struct play *play)
{
	struct virtio_device *device = play->t->device;
	uint64_t bytes = play->persona->reading.sectors * VIRTIO_BLK_SECTOR;
	uint32_t block = VIRTIO_BLK_SECTOR, most = UINT32_MAX;

	if (features_have(&device->offered, VIRTIO_BLK_F_BLK_SIZE))
		block = (uint32_t)config_read(device, struct virtio_blk_config, blk_size);
	if (features_have(&device->offered, VIRTIO_BLK_F_SIZE_MAX))
		most = (uint32_t)config_read(device, struct virtio_blk_config, size_max);
	bytes = MINIMUM(bytes, config_read(device, struct virtio_blk_config, capacity) *
				       VIRTIO_BLK_SECTOR);
	bytes = MINIMUM(bytes, (uint64_t)most);
	CAN_JUDGE(play->t, block && bytes >= block, "no block of %u bytes can be read at once",
		  block);
	return (uint32_t)(bytes - bytes % block);
}

static bool read_once(struct play *play, uint32_t bytes)
{
	struct test_run *t = play->t;
	struct request *request = test_memory(t, "request", sizeof(*request), 8);
	struct segment segments[3];

	if (!blk_prepare(t->arena, VIRTIO_BLK_T_IN, 0, 0, bytes, request))
		error_in_test(t, "the DMA arena has no room for a request");
	request_cut(request, 1, 1, segments);
	if (!exchanges(play, work_queue(t), segments, 3, "a read of sector 0"))
		return false;
	return HOLDS(play, SANE_2, blk_status(request) == VIRTIO_BLK_S_OK,
		     "a read of sector 0 ends with status %u", blk_status(request));
}

bool serves_blk(struct play *play)
{
	uint32_t bytes = bytes_of_reading(play);

	for (unsigned n = 0; n < play->persona->reading.times; n++) {
		if (!read_once(play, bytes))
			return false;
	}
	return true;
}

/* ---- net ---- */

/* A driver gives its receive buffers all at once, before it sends. */
static bool gives_buffers(struct play *play)
{
	const struct persona_receiving *receiving = &play->persona->receiving;
	struct test_run *t = play->t;
	struct virtqueue *queue = t->device->queues[NET_RECEIVE_QUEUE];
	uint32_t header = net_header_length(t->device);
	unsigned pieces = receiving->apart ? 2 : 1;
	unsigned count = MINIMUM(receiving->buffers, queue->size / pieces);

	for (unsigned n = 0; n < count; n++) {
		uint64_t address;
		struct segment segments[2];

		if (!play->frames[n])
			play->frames[n] = test_memory(t, "frame", receiving->bytes, 64);
		address = physical(play->frames[n]);
		segments[0] = (struct segment){address, header, true};
		segments[1] = (struct segment){address + header, receiving->bytes - header, true};
		if (!receiving->apart)
			segments[0].length = receiving->bytes;
		add_segments(t, queue, segments, pieces, queue);
	}
	virtqueue_publish(queue);
	return notify(play, queue);
}

/* A frame of the least size, cut as the persona does it; how many segments there are. */
static unsigned make_frame(struct play *play, struct segment segments[2])
{
	struct test_run *t = play->t;
	bool apart = play->persona->receiving.apart;
	struct request *request = test_memory(t, "request", sizeof(*request), 8);
	uint32_t header = net_header_length(t->device);

	if (!net_prepare_transmit(t->device, t->arena, NET_FRAME_LEAST, request))
		error_in_test(t, "the DMA arena has no room for a frame");
	segments[0] = (struct segment){physical(request->out), apart ? header : request->out_length,
				       false};
	segments[1] = (struct segment){physical(request->out + header),
				       request->out_length - header, false};
	return apart ? 2 : 1;
}

/* Shows so many frames at once, without interrupts. */
static void show_burst(struct play *play, struct virtqueue *queue, unsigned burst)
{
	struct segment segments[2];

	virtqueue_suppress(queue);
	for (unsigned n = 0; n < burst; n++) {
		unsigned count = make_frame(play, segments);

		add_segments(play->t, queue, segments, count, queue);
	}
	virtqueue_publish(queue);
}

/*
 * A driver whose queue is full asks for a message behind three quarters of what is in it, then it notifies. Only
 * VIRTIO_F_EVENT_IDX can honour that; without it, the first is told of.
 */
static bool sends_burst(struct play *play, struct virtqueue *queue)
{
	unsigned burst = MINIMUM(play->persona->burst, queue->size / 2u), far = burst * 3 / 4;
	bool heard = listens(play, queue);
	uint64_t before;

	if (!burst)
		return true;
	show_burst(play, queue, burst);
	before = heard ? interrupt_count(queue->vector) : 0;
	/* A device that looks at its queue unasked may be as far already. */
	heard = !virtqueue_arm(queue, (uint16_t)far) && heard;
	if (!notify(play, queue))
		return false;
	if (heard && !await_interrupts(queue->vector, before + 1))
		return flaw(
			play, clause_of_notice(queue),
			"queue %u: of %u frames at once the %uth is to be told of, and no message came",
			queue->index, burst, far + 1);
	if (heard)
		check_held(play->t, clause_of_notice(queue));
	for (unsigned n = 0; n < burst; n++) {
		if (!HOLDS(play, SANE_1, await(play, queue),
			   "queue %u: of %u frames at once %u are sent in time", queue->index,
			   burst, n))
			return false;
	}
	return true;
}

bool serves_net(struct play *play)
{
	struct virtqueue *queue = play->t->device->queues[NET_TRANSMIT_QUEUE];
	struct segment segments[2];

	if (!gives_buffers(play) || (play->persona->commands && !play->persona->commands(play)))
		return false;
	for (unsigned n = 0; n < play->persona->reading.times; n++) {
		unsigned count = make_frame(play, segments);

		if (!exchanges(play, queue, segments, count, "a frame"))
			return false;
	}
	return sends_burst(play, queue);
}

/* A command of one byte or two, where the device has a queue for it. */
static bool command(struct play *play, uint8_t class, uint8_t number, uint16_t value,
		    uint32_t length, const char *what)
{
	struct test_run *t = play->t;
	le16 data = to_le16(value);
	struct segment segments[REQUEST_SEGMENTS_MOST];
	struct request *request = test_memory(t, "command", sizeof(*request), 8);

	if (!net_prepare_command(t->arena, class, number, &data, length, 0, request))
		error_in_test(t, "the DMA arena has no room for a command");
	if (!exchanges(play, t->device->queues[net_control_queue(t->device)], segments,
		       request_cut(request, 1, 1, segments), what))
		return false;
	return HOLDS(play, SANE_2, net_command_ack(request) == VIRTIO_NET_OK,
		     "%s is answered with %u", what, net_command_ack(request));
}

bool sets_rx_mode(struct play *play)
{
	if (!has_accepted(play, VIRTIO_NET_F_CTRL_RX))
		return true;
	return command(play, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 0, 1,
		       "promiscuous mode off") &&
	       command(play, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_ALLMULTI, 0, 1,
		       "all-multicast mode off");
}

bool sets_pair_and_mode(struct play *play)
{
	if (has_accepted(play, VIRTIO_NET_F_MQ) &&
	    !command(play, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 1, 2,
		     "the choice of one queue pair"))
		return false;
	return sets_rx_mode(play);
}
