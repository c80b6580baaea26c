/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/net/link.h"

#include "arch/memory.h"
#include "lib/string.h"
#include "tests/harness/drive/ask.h"

#define BUFFERS_DEFAULT 16  /* of those that take a packet still to be segmented */
#define BUFFER_SLACK    512 /* a frame may exceed 1514 bytes by tags or a larger MTU */
#define PREFILL         0xff

struct features net_features(const uint8_t *bits)
{
	struct features features = NO_FEATURES;

	for (; *bits != 0xff; bits++)
		features_add(&features, *bits);
	return features;
}

bool link_has(const struct link *link, unsigned feature)
{
	return features_have(&link->device->negotiated, feature);
}

/* What the variant of the test asks of the rings. */
static void add_ring_features(const struct test_run *t, struct features *features)
{
	if (t->variant.packed)
		features_add(features, VIRTIO_F_RING_PACKED);
	if (t->variant.event_idx)
		features_add(features, VIRTIO_F_EVENT_IDX);
	if (t->variant.indirect)
		features_add(features, VIRTIO_F_INDIRECT_DESC);
	if (t->variant.in_order)
		features_add(features, VIRTIO_F_IN_ORDER);
}

static void negotiate_with(struct link *link, struct features features)
{
	struct virtio_device *device = link->device;

	features_add(&features, VIRTIO_F_VERSION_1);
	features_add(&features, VIRTIO_NET_F_MAC);
	features_add(&features, VIRTIO_F_ACCESS_PLATFORM);
	features_add(&features, VIRTIO_F_ORDER_PLATFORM);
	add_ring_features(link->t, &features);
	features = features_close(device->type, features_and(features, device->offered));
	accept_features(link->t, device, features);
}

/* The pairs in use, and the control queue, wherever it lies (5.1.2). */
static void make_queues(struct link *link, bool vectors)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST];
	struct virtio_device *device = link->device;
	const struct ring_shape shape = {.indirect = link->t->variant.indirect};
	unsigned count = 2 * link->pairs, control = net_control_queue(device);

	if (link_has(link, VIRTIO_NET_F_CTRL_VQ)) {
		count = control + 1;
		CAN_JUDGE(link->t, count <= VIRTIO_QUEUES_MOST,
			  "the control queue would be queue %u", control);
	}
	for (unsigned n = 0; n < count; n++)
		requests[n] = (struct virtqueue_request){
			.skip = n >= 2 * link->pairs && n != control,
			.size = link->t->variant.size,
			.shape = &shape,
		};
	find_queues(link->t, device, count, requests,
		    vectors ? link->t->variant.interrupts : least_interrupts(link->t, device));
}

static void post(struct link *link, struct receive_buffer *buffer)
{
	struct segment segment = {physical(buffer->bytes), buffer->size, true};
	struct virtqueue *queue = link->device->queues[net_receive_queue(buffer->pair)];

	memset(buffer->bytes, PREFILL, MINIMUM(buffer->size, NET_HEADER_MOST + NET_FRAME_LEAST));
	add_segments(link->t, queue, &segment, 1, buffer);
}

static bool may_receive_large(const struct link *link)
{
	return link_has(link, VIRTIO_NET_F_GUEST_TSO4) || link_has(link, VIRTIO_NET_F_GUEST_TSO6) ||
	       link_has(link, VIRTIO_NET_F_GUEST_UFO) || link_has(link, VIRTIO_NET_F_GUEST_USO4) ||
	       link_has(link, VIRTIO_NET_F_GUEST_USO6);
}

/* An address for a device that has none: two of them on one network must not have the same. */
static void own_address(const struct virtio_device *device, uint8_t mac[NET_MAC_BYTES])
{
	uint64_t sum = hash_add(HASH_START, device->name, strlen(device->name));

	mac_unicast(0, mac);
	mac[4] = (uint8_t)(sum >> 8) | 1;
	mac[5] = (uint8_t)sum;
}

static void fill_receive_queues(struct link *link, const struct link_settings *settings)
{
	uint32_t largest = may_receive_large(link) ? NET_GSO_MOST : NET_FRAME_MOST + BUFFER_SLACK;
	uint32_t size = settings->buffer_size ? settings->buffer_size : link->header + largest;
	/* As many as drivers post: some devices take no frame before there is room for the largest. */
	unsigned usual = may_receive_large(link) ? BUFFERS_DEFAULT : LINK_BUFFERS_MOST;
	unsigned count = settings->buffers ? settings->buffers : usual;

	link->room = MAXIMUM(largest, size);
	link->packet.bytes = test_memory(link->t, "packet", link->room, 16);
	for (unsigned pair = 0; pair < link->pairs; pair++) {
		struct virtqueue *queue = link->device->queues[net_receive_queue(pair)];
		unsigned most = MINIMUM(count, (unsigned)queue->size);

		for (unsigned n = 0; n < most; n++) {
			struct receive_buffer *buffer =
				&link->buffers[pair * LINK_BUFFERS_MOST + n];

			buffer->size = settings->mixed ? size + n % 3 * size / 2 : size;
			buffer->bytes = test_memory(link->t, "receive buffer", buffer->size, 16);
			buffer->pair = pair;
			post(link, buffer);
		}
		virtqueue_publish(queue);
	}
}

struct link *link_prepare(struct test_run *t, struct virtio_device *device,
			  const struct link_settings *settings)
{
	struct link *link = test_memory(t, "link", sizeof(*link), 16);

	link->t = t;
	link->device = device;
	negotiate_with(link, settings->features);
	link->pairs = MINIMUM(MAXIMUM(settings->pairs, 1u),
			      MINIMUM(net_pairs(device), (unsigned)LINK_PAIRS_MOST));
	link->header = net_header_length(device);
	link->merges = link_has(link, VIRTIO_NET_F_MRG_RXBUF);
	if (link_has(link, VIRTIO_NET_F_MAC))
		net_mac(device, link->mac);
	else
		own_address(device, link->mac);
	make_queues(link, settings->vectors);
	fill_receive_queues(link, settings);
	return link;
}

void link_go(struct link *link)
{
	struct virtio_device *device = link->device;

	virtio_add_status(device, VIRTIO_STATUS_DRIVER_OK);
	if (device == link->t->device)
		link->t->up = true;
	for (unsigned pair = 0; pair < link->pairs; pair++)
		virtqueue_kick(device->queues[net_receive_queue(pair)]);
}

struct link *link_start(struct test_run *t, struct virtio_device *device,
			const struct link_settings *settings)
{
	struct link *link = link_prepare(t, device, settings);

	link_go(link);
	if (link->pairs > 1 && !settings->idle && link_has(link, VIRTIO_NET_F_MQ)) {
		uint8_t ack = link_set_pairs(link, (uint16_t)link->pairs);

		INSIST(t, SANE_2, ack == VIRTIO_NET_OK,
		       "%s: the command for %u queue pairs is answered %u", device->name,
		       link->pairs, ack);
	}
	return link;
}

void link_send_in_parts(struct link *link, unsigned pair, const struct virtio_net_hdr *header,
			const struct frame *frame, unsigned parts)
{
	struct virtqueue *queue = link->device->queues[net_transmit_queue(pair)];
	struct segment segments[REQUEST_SEGMENTS_MOST];
	struct completion completion;
	struct request *request = test_memory(link->t, "request", sizeof(*request), 8);
	unsigned count;
	bool sent;

	if (!net_prepare_transmit(link->device, link->t->arena, frame->length, request))
		error_in_test(link->t, "the DMA arena has no room for a frame");
	if (header)
		memcpy(request->out, header, sizeof(*header));
	memcpy(request->out + link->header, frame->bytes, frame->length);
	count = request_cut(request, parts, 1, segments);
	add_segments(link->t, queue, segments, count, request);
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	sent = await_announced(link->t, queue, &completion);
	/* A network may hold a frame back that the device under test has no room for. */
	CAN_JUDGE(link->t, sent || link->device == link->t->device,
		  "%s, which is to help, does not complete a frame in time", link->device->name);
	INSIST(link->t, SANE_1, sent, "%s: a frame on queue %u is not completed in time",
	       link->device->name, queue->index);
}

void link_send(struct link *link, const struct frame *frame)
{
	link_send_in_parts(link, 0, NULL, frame, 1);
}

static bool something_came(void *context)
{
	struct link *link = context;

	for (unsigned pair = 0; pair < link->pairs; pair++) {
		if (virtqueue_used_pending(link->device->queues[net_receive_queue(pair)]))
			return true;
	}
	return false;
}

static void *take_buffer(struct link *link, struct virtqueue *queue, uint32_t *length)
{
	struct completion completion;

	if (!virtqueue_take(queue, &completion))
		return NULL;
	insist_on_chain(link->t, queue, &completion, NULL);
	*length = completion.length;
	return completion.token;
}

/* Adds one used buffer to the packet, and gives it back to the device. */
static void add_to_packet(struct link *link, struct receive_buffer *buffer, uint32_t length)
{
	struct packet *packet = &link->packet;
	uint32_t skip = packet->buffers ? 0 : link->header;
	uint32_t bytes = length < skip ? 0 : MINIMUM(length, buffer->size) - skip;

	if (packet->buffers == 0)
		memcpy(&packet->header, buffer->bytes,
		       MINIMUM((uint32_t)sizeof(packet->header), link->header));
	if (packet->buffers < PACKET_BUFFERS_MOST) {
		packet->used[packet->buffers] = length;
		packet->capacity[packet->buffers] = buffer->size;
	}
	packet->buffers++;
	bytes = MINIMUM(bytes, link->room - packet->length);
	memcpy(packet->bytes + packet->length, buffer->bytes + skip, bytes);
	packet->length += bytes;
	post(link, buffer);
}

/* A packet of a queue that has something used. */
static void assemble(struct link *link, unsigned pair)
{
	struct virtqueue *queue = link->device->queues[net_receive_queue(pair)];
	struct packet *packet = &link->packet;
	uint8_t *bytes = packet->bytes;
	struct receive_buffer *buffer;
	unsigned expected = 1;
	uint32_t length;

	*packet = (struct packet){.pair = pair, .bytes = bytes, .together = true};
	while (packet->buffers < expected) {
		if (!virtqueue_used_pending(queue)) {
			packet->together = false;
			if (!await_use(queue, clock_deadline(PATIENCE_NS)))
				break;
		}
		buffer = take_buffer(link, queue, &length);
		if (!buffer)
			break;
		add_to_packet(link, buffer, length);
		if (link->merges && packet->buffers == 1)
			expected = from_le16(packet->header.hdr.num_buffers);
	}
	virtqueue_publish(queue);
	virtqueue_kick(queue);
}

struct packet *link_take(struct link *link, uint64_t nanoseconds)
{
	if (!wait_until(something_came, link, clock_deadline(nanoseconds)))
		return NULL;
	for (unsigned pair = 0; pair < link->pairs; pair++) {
		if (!virtqueue_used_pending(link->device->queues[net_receive_queue(pair)]))
			continue;
		assemble(link, pair);
		return &link->packet;
	}
	return NULL;
}

void link_drain(struct link *link)
{
	while (link_take(link, 0))
		;
}

struct packet *link_await(struct link *link, packet_matcher *match, const void *context,
			  uint64_t nanoseconds)
{
	uint64_t deadline = clock_deadline(nanoseconds);
	struct packet *packet;

	do {
		uint64_t now = clock_now();

		packet = link_take(link, now < deadline ? clock_to_ns(deadline - now) : 0);
		if (packet && match(packet, context))
			return packet;
	} while (packet || !clock_passed(deadline));
	return NULL;
}

static bool is_probe(const struct packet *packet, const void *context)
{
	return frame_is_probe(packet->bytes, packet->length, *(const uint32_t *)context);
}

struct packet *link_await_probe(struct link *link, uint32_t cookie, uint64_t nanoseconds)
{
	return link_await(link, is_probe, &cookie, nanoseconds);
}

bool packet_is_datagram(const struct packet *packet, const void *context)
{
	const struct frame *frame = context;
	struct parsed sent, got;

	if (!frame_parse(frame->bytes, frame->length, &sent) ||
	    !frame_parse(packet->bytes, packet->length, &got) || got.protocol != sent.protocol ||
	    got.transport != sent.transport || got.end != sent.end)
		return false;
	return memcmp(packet->bytes + got.transport, frame->bytes + sent.transport, 4) == 0 &&
	       memcmp(packet->bytes + got.payload, frame->bytes + sent.payload,
		      sent.end - sent.payload) == 0;
}

/* What pads a short packet may be cut off on the way. */
bool packet_is_same(const struct packet *packet, const void *context)
{
	const struct frame *frame = context;
	struct parsed sent;

	return frame_parse(frame->bytes, frame->length, &sent) && packet->length >= sent.end &&
	       packet->length <= frame->length &&
	       memcmp(packet->bytes, frame->bytes, sent.end) == 0;
}

/* The echo reply with the request's sequence number and payload. */
bool packet_is_echo_of(const struct packet *packet, const void *context)
{
	const struct frame *frame = context;
	struct parsed sent, got;

	if (!frame_parse(frame->bytes, frame->length, &sent) ||
	    !frame_parse(packet->bytes, packet->length, &got) || !got.echo || !sent.echo)
		return false;
	return got.echo->type == 0 && from_be16(got.echo->id) == from_be16(sent.echo->id) &&
	       from_be16(got.echo->sequence) == from_be16(sent.echo->sequence) &&
	       got.end - got.payload == sent.end - sent.payload &&
	       memcmp(packet->bytes + got.payload, frame->bytes + sent.payload,
		      sent.end - sent.payload) == 0;
}

uint8_t link_command(struct link *link, uint8_t class, uint8_t command, const void *data,
		     uint32_t length)
{
	struct request *request = test_memory(link->t, "request", sizeof(*request), 8);
	struct completion completion;
	struct virtqueue *queue;

	CAN_JUDGE(link->t, link_has(link, VIRTIO_NET_F_CTRL_VQ),
		  "VIRTIO_NET_F_CTRL_VQ is not negotiated: there is nothing to command");
	queue = link->device->queues[net_control_queue(link->device)];
	if (!net_prepare_command(link->t->arena, class, command, data, length, 0, request))
		error_in_test(link->t, "the DMA arena has no room for a command");
	submit(link->t, queue, request);
	INSIST(link->t, SANE_1, await_announced(link->t, queue, &completion),
	       "%s: command %u of class %u is not completed in time", link->device->name, command,
	       class);
	return net_command_ack(request);
}

uint8_t link_receive_mode(struct link *link, uint8_t command, bool on)
{
	uint8_t value = on;

	return link_command(link, VIRTIO_NET_CTRL_RX, command, &value, sizeof(value));
}

static uint8_t *add_table(uint8_t *place, const uint8_t (*macs)[NET_MAC_BYTES], unsigned count)
{
	le32 entries = to_le32(count);

	memcpy(place, &entries, sizeof(entries));
	memcpy(place + sizeof(entries), macs, count * NET_MAC_BYTES);
	return place + sizeof(entries) + count * NET_MAC_BYTES;
}

uint8_t link_set_mac_table(struct link *link, const uint8_t (*unicast)[NET_MAC_BYTES],
			   unsigned unicast_count, const uint8_t (*multicast)[NET_MAC_BYTES],
			   unsigned multicast_count)
{
	uint8_t *data = test_memory(
		link->t, "MAC table",
		2 * sizeof(le32) + (unicast_count + multicast_count) * NET_MAC_BYTES, 4);
	uint8_t *end = add_table(data, unicast, unicast_count);

	end = add_table(end, multicast, multicast_count);
	return link_command(link, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, data,
			    (uint32_t)(end - data));
}

uint8_t link_set_pairs(struct link *link, uint16_t pairs)
{
	le16 virtqueue_pairs = to_le16(pairs);

	return link_command(link, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET,
			    &virtqueue_pairs, sizeof(virtqueue_pairs));
}
