/* SPDX-License-Identifier: BSD-2-Clause */
/* Network devices that steer packets wrongly, or say wrong things about themselves. */
#include "selfcheck/image/sabotage/net.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/ring/split.h"

#include "lib/string.h"

#define CONFIG(field) offsetof(struct virtio_net_config, field)

static uint64_t show_no_pairs(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE &&
			       access->offset == CONFIG(max_virtqueue_pairs)
		       ? 0
		       : value;
}

SABOTEUR(net_has_no_pairs, .about = "max_virtqueue_pairs is 0", BREAKS(CLAUSE_NET_CFG_1),
	 .type = VIRTIO_TYPE_NET, .tests = "net.max_pairs*", .offers = BIT64(VIRTIO_NET_F_MQ),
	 .onlooker.read = show_no_pairs);

static uint64_t misstate_speed(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	if (access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(speed))
		return value + 1;
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(duplex)
		       ? VIRTIO_NET_DUPLEX_UNKNOWN
		       : value;
}

SABOTEUR(net_misstates_speed, .about = "speed and duplex are not what was configured",
	 BREAKS(CLAUSE_NET_CFG_12, CLAUSE_NET_CFG_14), .type = VIRTIO_TYPE_NET,
	 .tests = "net.speed_is*", .onlooker.read = misstate_speed);

static bool announced;

static void begin_silent(struct virtio_device *device)
{
	announced = false;
}

static uint64_t keep_announcing(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE || access->offset != CONFIG(status))
		return value;
	announced = announced || (value & VIRTIO_NET_S_ANNOUNCE);
	return announced ? value | VIRTIO_NET_S_ANNOUNCE : value;
}

SABOTEUR(net_keeps_announcing, .about = "the announce bit stays when it is acknowledged",
	 BREAKS(CLAUSE_NET_CTRL_ANN_1), .type = VIRTIO_TYPE_NET, .tests = "net.announcements*",
	 .start = begin_silent, .onlooker.read = keep_announcing);

static bool is_command(const struct request *request, uint8_t class, uint8_t command)
{
	const struct virtio_net_ctrl_hdr *header = (struct virtio_net_ctrl_hdr *)request->out;

	return header->class == class && header->command == command;
}

static void use_all_pairs(struct request *request)
{
	if (is_command(request, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET))
		request->out[sizeof(struct virtio_net_ctrl_hdr)] = 4;
}

SABOTEUR(net_uses_disabled_pairs, .about = "the command for fewer pairs is acknowledged, not taken",
	 BREAKS(CLAUSE_NET_CTRL_MQ_2), .type = VIRTIO_TYPE_NET, .tests = "net.disabled*",
	 ALTERS(commands, use_all_pairs));

/* What comes in on the first queue, and is still to be taken there, comes in on the second. */
static void move_up(struct virtqueue *queue, struct used_element *element)
{
	struct virtqueue *second = queue->device->queues[net_receive_queue(1)];
	struct receive_buffer *buffer;

	if (queue->index != NET_RECEIVE_QUEUE || !second || element->id >= queue->size)
		return;
	buffer = queue->chains[element->id].token;
	use_falsely(second, buffer->bytes, element->length);
	memset(buffer->bytes, 0, element->length);
}

SABOTEUR(net_uses_pairs_unasked, .about = "packets come in on receiveq2 before any command",
	 BREAKS(CLAUSE_NET_CTRL_MQ_1), .type = VIRTIO_TYPE_NET, .tests = "net.one_pair*",
	 .used_element = move_up);

SABOTEUR(net_answers_on_the_second_pair,
	 .about = "packets of flows that were sent on transmitq1 come in on receiveq2",
	 BREAKS(CLAUSE_NET_PROSE_6), .type = VIRTIO_TYPE_NET, .tests = "net.flows_follow*",
	 .used_element = move_up);

/* One of the buffers that wait in a queue for the driver, and its element; NULL: none does. */
static struct receive_buffer *waiting_in(struct virtqueue *queue, uint32_t which,
					 struct virtq_used_elem **element)
{
	struct virtq_used *used = split_of(queue)->used;
	uint16_t next = split_of(queue)->used_index;
	uint16_t count = (uint16_t)(from_le16(used->idx) - next);

	if (!count)
		return NULL;
	*element = &used->ring[(uint16_t)(next + which % count) % queue->size];
	return from_le32((*element)->id) < queue->size
		       ? queue->chains[from_le32((*element)->id)].token
		       : NULL;
}

#define PAIRS 4u /* that the test has in use */

static uint32_t dice;
static const struct virtqueue *last_queue;
static uint16_t last_index;

/* Whether the frame that the driver takes next is looked at for the first time. */
static bool is_new(const struct virtqueue *queue)
{
	uint16_t index = split_of(queue)->used_index;

	if (queue == last_queue && index == last_index)
		return false;
	last_queue = queue;
	last_index = index;
	return true;
}

/* Each frame changes places with any that waits, in this queue or another. */
static void mix_queues(struct onlooker *self, struct virtqueue *queue)
{
	static uint8_t kept[NET_HEADER_MOST + NET_FRAME_MOST];
	struct virtq_used_elem *here = NULL, *there = NULL;
	struct receive_buffer *one, *other = NULL;
	le32 length;

	if (queue->index % 2 || queue->index == net_control_queue(queue->device) ||
	    ring_is_packed(queue) || !is_new(queue))
		return;
	one = waiting_in(queue, 0, &here);
	dice = dice * 1664525 + 1013904223;
	for (unsigned n = 0; one && !other && n < PAIRS; n++) {
		struct virtqueue *beside = queue->device->queues[2 * ((n + (dice >> 30)) % PAIRS)];

		if (beside && beside->index != net_control_queue(queue->device))
			other = waiting_in(beside, dice >> 16, &there);
	}
	if (!one || !other || one == other)
		return;
	memcpy(kept, one->bytes, sizeof(kept));
	memcpy(one->bytes, other->bytes, sizeof(kept));
	memcpy(other->bytes, kept, sizeof(kept));
	length = here->len;
	here->len = there->len;
	there->len = length;
}

SABOTEUR(net_mixes_queues, .about = "packets come in on any of the queues, whatever their flow",
	 BREAKS(CLAUSE_NET_PROSE_5), .type = VIRTIO_TYPE_NET, .tests = "net.flows_stay*",
	 .onlooker.used = mix_queues);

/* The parameters of RSS in a command, or NULL; the table follows the head, the key ends it. */
static struct virtio_net_rss_config_head *parameters_of(struct request *request)
{
	if (!is_command(request, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_RSS_CONFIG))
		return NULL;
	return (struct virtio_net_rss_config_head *)(request->out +
						     sizeof(struct virtio_net_ctrl_hdr));
}

static void change_table(struct request *request, uint16_t (*entry)(uint16_t queue))
{
	struct virtio_net_rss_config_head *head = parameters_of(request);
	uint8_t *table = (uint8_t *)(head + 1);

	for (unsigned n = 0; head && n <= from_le16(head->indirection_table_mask); n++) {
		le16 queue;

		memcpy(&queue, table + n * sizeof(queue), sizeof(queue));
		queue = to_le16(entry(from_le16(queue)));
		memcpy(table + n * sizeof(queue), &queue, sizeof(queue));
	}
}

static void use_another_key(struct request *request)
{
	if (parameters_of(request))
		request->out[request->out_length - VIRTIO_NET_RSS_KEY_LEAST] ^= 0x55;
}

SABOTEUR(net_hashes_with_another_key, .about = "hashes are made with another key",
	 BREAKS(CLAUSE_NET_CTRL_RSS_1, CLAUSE_NET_CTRL_RSS_2, CLAUSE_NET_CTRL_RSS_3,
		CLAUSE_NET_CTRL_RSS_4, CLAUSE_NET_CTRL_RSS_5, CLAUSE_NET_CTRL_RSS_6,
		CLAUSE_NET_CTRL_RSS_7, CLAUSE_NET_CTRL_RSS_8),
	 .type = VIRTIO_TYPE_NET, .tests = "net.rss_hashes*,net.rss_minds*",
	 ALTERS(commands, use_another_key));

static void misfile_unhashed(struct request *request)
{
	struct virtio_net_rss_config_head *head = parameters_of(request);

	if (head)
		head->unclassified_queue = to_le16(0);
}

SABOTEUR(net_misfiles_the_unhashed, .about = "packets without a hash go to the first queue",
	 BREAKS(CLAUSE_NET_CTRL_RSS_9), .type = VIRTIO_TYPE_NET, .tests = "net.rss_puts*",
	 ALTERS(commands, misfile_unhashed));

static uint16_t neighbour(uint16_t queue)
{
	return queue ^ 1;
}

static void misread_table(struct request *request)
{
	change_table(request, neighbour);
}

SABOTEUR(net_misreads_the_table, .about = "the table's entries name the queues beside",
	 BREAKS(CLAUSE_NET_CTRL_RSS_10), .type = VIRTIO_TYPE_NET, .tests = "net.rss_table*",
	 ALTERS(commands, misread_table));

static uint16_t not_the_first(uint16_t queue)
{
	return MAXIMUM(queue, (uint16_t)1);
}

static void avoid_the_first(struct request *request)
{
	change_table(request, not_the_first);
}

SABOTEUR(net_redirects_for_reset_queues, .about = "packets of the reset queue go to another",
	 BREAKS(CLAUSE_NET_CTRL_RSS_11), .type = VIRTIO_TYPE_NET, .tests = "net.rss_drops*",
	 ALTERS(commands, avoid_the_first));

static void refuse_parameters(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && queue->index == net_control_queue(queue->device) &&
	    (is_command(request, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_RSS_CONFIG) ||
	     is_command(request, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_HASH_CONFIG)))
		request->in[0] = VIRTIO_NET_ERR;
}

SABOTEUR(net_refuses_hash_parameters, .about = "the commands for hash parameters are refused",
	 BREAKS(CLAUSE_NET_PROSE_2, CLAUSE_NET_PROSE_3, CLAUSE_NET_PROSE_4, CLAUSE_NET_PROSE_8),
	 .type = VIRTIO_TYPE_NET, .tests = "net.hash_reports*", .used_element = refuse_parameters);

static bool no_unicast; /* was asked for last, in whatever life */

static void begin_with_all(struct virtio_device *device)
{
	no_unicast = false;
}

static void note_suppression(struct request *request)
{
	if (is_command(request, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_NOUNI))
		no_unicast = request->out[sizeof(struct virtio_net_ctrl_hdr)];
}

static void blank_unicast(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);
	uint8_t *frame = (uint8_t *)(header + 1);

	if (no_unicast && header && element->length > sizeof(*header) && !(frame[0] & 1))
		memset(frame, 0, element->length - sizeof(*header));
}

SABOTEUR(net_keeps_suppressing, .about = "NOUNI stays in force over a reset",
	 BREAKS(CLAUSE_PCI_COMMON_8), .type = VIRTIO_TYPE_NET, .tests = "net.reset_ends*",
	 .start = begin_with_all, .used_element = blank_unicast,
	 ALTERS(commands, note_suppression));

static uint64_t say_down(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(status)
		       ? value & ~(uint64_t)VIRTIO_NET_S_LINK_UP
		       : value;
}

SABOTEUR(net_says_that_it_is_down, .about = "frames come in, and status says that the link is down",
	 BREAKS(CLAUSE_SANE_17), .type = VIRTIO_TYPE_NET, .tests = "net.link_is*",
	 .onlooker.read = say_down);
