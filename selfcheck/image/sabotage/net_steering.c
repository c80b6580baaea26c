/* SPDX-License-Identifier: BSD-2-Clause */
/* Network devices that steer packets wrongly, or say wrong things about themselves. */
#include "selfcheck/image/sabotage/net.h"
#include "virtio/transport/pci/registers.h"

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
	 BREAKS(CLAUSE_NET_CTRL_MQ_2, CLAUSE_NET_PROSE_5), .type = VIRTIO_TYPE_NET,
	 .tests = "net.disabled*,net.flows_arrive*", ALTERS(commands, use_all_pairs));

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

	if (request && queue->index == net_control_queue(queue->device))
		request->in[0] = VIRTIO_NET_ERR;
}

SABOTEUR(net_refuses_hash_parameters, .about = "the commands for hash parameters are refused",
	 BREAKS(CLAUSE_NET_PROSE_2, CLAUSE_NET_PROSE_3, CLAUSE_NET_PROSE_4, CLAUSE_NET_PROSE_8),
	 .type = VIRTIO_TYPE_NET, .tests = "net.hash_reports*", .used_element = refuse_parameters);
