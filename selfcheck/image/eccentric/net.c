/* SPDX-License-Identifier: BSD-2-Clause */
/* Networks, of which the device is the least part (5.1.6). */
#include "pci/msix.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/net.h"
#include "virtio/device/net_control.h"
#include "virtio/transport.h"
#include "virtio/transport/pci/registers.h"

#define HEADER       sizeof(struct virtio_net_hdr)
#define FRAME_LEAST  60u
#define ADDRESS      6u     /* bytes; a frame begins with two, of whom it is for and who sent it */
#define EXPERIMENTAL 0x88b5 /* an EtherType for local use (IEEE 802) */

static unsigned frames;
static unsigned to_follow[VIRTIO_QUEUES_MOST]; /* buffers of a packet whose first has come */

static void start_network(struct virtio_device *device)
{
	frames = 0;
	memset(to_follow, 0, sizeof(to_follow));
}

static bool is_receive_queue(const struct virtqueue *queue)
{
	return queue->index != net_control_queue(queue->device) && queue->index % 2 == 0;
}

/* A frame that came in whole in one buffer, or NULL. */
static uint8_t *frame_of(struct virtqueue *queue, const struct used_element *element)
{
	struct request *request = used_request(queue, element);
	unsigned *more = &to_follow[queue->index];

	if (!request || !is_receive_queue(queue) || element->length < HEADER + FRAME_LEAST)
		return NULL;
	if (*more) {
		--*more;
		return NULL;
	}
	if (features_have(&queue->device->negotiated, VIRTIO_NET_F_MRG_RXBUF))
		*more = from_le16(((const struct virtio_net_hdr *)request->in)->num_buffers) - 1u;
	return *more ? NULL : request->in + HEADER;
}

/* Somebody else's frame comes in its place: the device behind has taken it already. */
static void lose(uint8_t *frame, struct used_element *element)
{
	acts();
	memset(frame - HEADER, 0, HEADER);
	((struct virtio_net_hdr *)(frame - HEADER))->num_buffers = to_le16(1);
	memset(frame, 0, FRAME_LEAST);
	memset(frame, 0xff, ADDRESS);
	frame[ADDRESS] = 2;
	frame[2 * ADDRESS] = EXPERIMENTAL >> 8;
	frame[2 * ADDRESS + 1] = EXPERIMENTAL & 0xff;
	element->length = HEADER + FRAME_LEAST;
}

static void lose_some(struct virtqueue *queue, struct used_element *element)
{
	uint8_t *frame = frame_of(queue, element);

	if (frame && ++frames % 7 == 0)
		lose(frame, element);
}

ECCENTRIC(ok_network_drops, .about = "one frame in seven is lost on its way to the device",
	  ALLOWED("5.1.6.5.11",
		  "When the received packets bitrate exceeds the speed, some packets may "
		  "be dropped by the device."),
	  .devices = "net", .tests = "net.*", .start = start_network, .used_element = lose_some);

/* ---- a switch ---- */

#define PORTS_MOST 16 /* addresses that it knows to be behind the device */

static uint8_t behind[PORTS_MOST][ADDRESS];
static unsigned known;

static void start_switch(struct virtio_device *device)
{
	start_network(device);
	forget_chains(device);
	known = 1;
	net_mac(device, behind[0]);
}

static bool is_behind(const uint8_t *address)
{
	for (unsigned n = 0; n < MINIMUM(known, (unsigned)PORTS_MOST); n++) {
		if (memcmp(behind[n], address, ADDRESS) == 0)
			return true;
	}
	return false;
}

/* Learns who sends, from the first bytes of a frame behind its header. */
static void learn(struct virtqueue *queue, struct chain_view *chain)
{
	uint8_t start[HEADER + 2 * ADDRESS];
	unsigned have = 0;

	for (unsigned n = 0; n < chain->count && have < sizeof(start); n++) {
		unsigned length =
			MINIMUM(from_le32(*chain->links[n].len), (uint32_t)(sizeof(start) - have));

		memcpy(start + have, (void *)(uintptr_t)from_le64(*chain->links[n].addr), length);
		have += length;
	}
	if (have == sizeof(start) && !is_behind(start + HEADER + ADDRESS))
		memcpy(behind[known++ % PORTS_MOST], start + HEADER + ADDRESS, ADDRESS);
}

static void look_at_senders(struct onlooker *self, struct virtqueue *queue)
{
	if (queue->index != net_control_queue(queue->device) && !is_receive_queue(queue))
		visit_new_chains(queue, learn);
}

static void hand_on(struct virtqueue *queue, struct used_element *element)
{
	uint8_t *frame = frame_of(queue, element);

	if (frame && !(frame[0] & 1) && !is_behind(frame))
		lose(frame, element);
}

ECCENTRIC(ok_network_switches,
	  .about = "a switch hands frames on only to the card's own address, and to whom has sent",
	  ALLOWED("5.1",
		  "The device receives incoming packets from the link; the device places these "
		  "incoming packets in the receive virtqueue buffers."),
	  .devices = "net", .tests = "net.*", .start = start_switch,
	  .onlooker.publish = look_at_senders, .used_element = hand_on);

/* ---- frames that nobody has room for ---- */

static bool announced; /* the receive queue was, since it was last unmasked */

static void start_announcing(struct virtio_device *device)
{
	hand_start(device);
	announced = false;
}

static bool receives_masked(const struct msix *msix)
{
	return msix_function_masked(msix) || msix_entry_masked(msix, victim->queues[0]->entry);
}

/* With each frame that is sent one comes, and is announced whether or not there is a buffer for it. */
static void announce_receipt(struct onlooker *self, struct virtqueue *queue)
{
	const struct virtqueue *first = victim->queues[0];

	if (!is_receive_queue(queue) && victim->mode == INTERRUPT_MSIX && first &&
	    first->vector != queue->vector &&
	    (victim->transport->get_status(victim) & VIRTIO_STATUS_DRIVER_OK)) {
		acts();
		announced = receives_masked(&virtio_pci(victim)->msix);
		if (!announced)
			hand_send(first->cpu, first->vector);
	}
}

static uint32_t show_receipt(struct onlooker *self, const struct msix *msix, unsigned word,
			     uint32_t value)
{
	const struct virtqueue *first = victim->queue_count ? victim->queues[0] : NULL;

	if (!first || !announced || word != first->entry / 32 || !receives_masked(msix))
		return value;
	return value | BIT(first->entry % 32);
}

ECCENTRIC(ok_network_announces_more,
	  .about = "the receive queue is announced whenever a frame is sent, whatever it holds",
	  ALLOWED("2.7.7.1", "The driver MUST handle spurious notifications from the device."),
	  .devices = "net", .tests = "interrupt.*unmapped*,interrupt.each_completion*",
	  .start = start_announcing, .onlooker.publish = announce_receipt,
	  .onlooker.pba_read = show_receipt);
