/* SPDX-License-Identifier: BSD-2-Clause */
/* Block devices that break one rule. */
#include "lib/string.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/lie.h"
#include "tests/harness/subject/subject.h"
#include "virtio/device/blk.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/transport/pci/structures.h"

#define CONFIG(field) offsetof(struct virtio_blk_config, field)

static uint32_t type_of(const struct request *request)
{
	return from_le32(((const struct virtio_blk_req *)request->out)->type);
}

static void set_status(struct request *request, uint8_t status)
{
	request->in[request->in_length - 1] = status;
}

static struct features offered;

static void hide_flush(struct virtio_device *device)
{
	offered = device->offered;
	features_remove(&device->offered, VIRTIO_BLK_F_FLUSH);
}

static void show_again(struct virtio_device *device)
{
	device->offered = offered;
}

SABOTEUR(blk_offers_no_flush, .about = "the flush feature is not offered",
	 BREAKS(CLAUSE_BLK_INIT_1, CLAUSE_BLK_INIT_2), .type = VIRTIO_TYPE_BLK, .start = hide_flush,
	 .stop = show_again);

static void add_rarities(struct virtio_device *device)
{
	offered = device->offered;
	features_add(&device->offered, VIRTIO_BLK_F_ZONED);
	features_add(&device->offered, VIRTIO_BLK_F_LIFETIME);
}

SABOTEUR(blk_offers_rarities, .about = "a plain file comes with zones and wear figures",
	 BREAKS(CLAUSE_BLK_INIT_6, CLAUSE_BLK_OP_22), .type = VIRTIO_TYPE_BLK,
	 .tests = "blk.plain*", .start = add_rarities, .stop = show_again);

static uint64_t dirty_padding(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(unused0) ? 0x5a
											  : value;
}

SABOTEUR(blk_padding_is_dirty, .about = "unused0 is not zero", BREAKS(CLAUSE_BLK_INIT_4),
	 .type = VIRTIO_TYPE_BLK, .onlooker.read = dirty_padding);

static uint64_t stuck_writeback(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(writeback) ? 1
											    : value;
}

SABOTEUR(blk_cache_mode_is_stuck, .about = "writeback stays 1 whatever is written",
	 BREAKS(CLAUSE_FEAT_4), .type = VIRTIO_TYPE_BLK, .tests = "blk.cache*",
	 .onlooker.read = stuck_writeback);

/* On a disk whose backend is written through. */
SABOTEUR(blk_writes_back_without_flush, .about = "writeback is 1 where flush was declined",
	 BREAKS(CLAUSE_BLK_INIT_3), .type = VIRTIO_TYPE_BLK, .tests = "blk.cache*",
	 .onlooker.read = stuck_writeback);

static void serve_zone_requests(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && type_of(request) >= VIRTIO_BLK_T_ZONE_APPEND &&
	    type_of(request) <= VIRTIO_BLK_T_ZONE_RESET_ALL)
		set_status(request, VIRTIO_BLK_S_OK);
}

SABOTEUR(blk_serves_zones_unasked, .about = "zone requests succeed without the zoned feature",
	 BREAKS(CLAUSE_BLK_OP_26, CLAUSE_BLK_OP_27, CLAUSE_BLK_OP_28, CLAUSE_BLK_OP_29,
		CLAUSE_BLK_OP_30, CLAUSE_BLK_OP_31, CLAUSE_BLK_OP_32),
	 .type = VIRTIO_TYPE_BLK, .tests = "blk.*", .used_element = serve_zone_requests);

static void overlook_flags(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && (type_of(request) == VIRTIO_BLK_T_DISCARD ||
			type_of(request) == VIRTIO_BLK_T_WRITE_ZEROES))
		set_status(request, VIRTIO_BLK_S_OK);
}

SABOTEUR(blk_overlooks_flags, .about = "discard and write zeroes succeed with unknown flags",
	 BREAKS(CLAUSE_BLK_OP_5, CLAUSE_BLK_OP_7, CLAUSE_BLK_OP_8), .type = VIRTIO_TYPE_BLK,
	 .tests = "blk.*", .used_element = overlook_flags);

/* ---- features of the type ---- */

static uint32_t word, taken; /* driver_feature_select; the first word as it was accepted */

static void begin_choosy(struct virtio_device *device)
{
	word = taken = 0;
}

static void follow_features(const struct register_access *access, uint64_t value)
{
	if (is_common(access, driver_feature_select))
		word = (uint32_t)value;
	if (is_common(access, driver_feature) && word == 0)
		taken = (uint32_t)value;
}

static bool topology_taken(void)
{
	return taken & BIT(VIRTIO_BLK_F_TOPOLOGY);
}

static bool flush_taken(void)
{
	return taken & BIT(VIRTIO_BLK_F_FLUSH);
}

static uint64_t say_live(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	return sleep_in_read(access, value);
}

static bool hear_with_flush(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	follow_features(access, *value);
	return sleep_in_write(access, value, topology_taken() && !flush_taken());
}

SABOTEUR(blk_topology_needs_flush,
	 .about = "with VIRTIO_BLK_F_TOPOLOGY and without VIRTIO_BLK_F_FLUSH nothing is served",
	 BREAKS(CLAUSE_FEAT_4), .type = VIRTIO_TYPE_BLK, .tests = "transport.*",
	 .start = begin_choosy, .onlooker.read = say_live, .onlooker.write = hear_with_flush);

static bool hear_with_topology(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	follow_features(access, *value);
	return sleep_in_write(access, value, flush_taken() && !topology_taken());
}

SABOTEUR(blk_flush_needs_topology,
	 .about = "with VIRTIO_BLK_F_FLUSH and without VIRTIO_BLK_F_TOPOLOGY nothing is served",
	 BREAKS(CLAUSE_FEAT_3), .type = VIRTIO_TYPE_BLK, .tests = "transport.*",
	 .start = begin_choosy, .onlooker.read = say_live, .onlooker.write = hear_with_topology);

static void count_data(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && type_of(request) == VIRTIO_BLK_T_OUT)
		element->length = request->out_length;
}

SABOTEUR(blk_counts_what_it_was_given, .about = "the used length of a write counts its data",
	 BREAKS(CLAUSE_VQ_TXT_5), .type = VIRTIO_TYPE_BLK, .tests = "blk.*",
	 .used_element = count_data);

static void call_flags_errors(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request &&
	    (type_of(request) == VIRTIO_BLK_T_DISCARD ||
	     type_of(request) == VIRTIO_BLK_T_WRITE_ZEROES) &&
	    request->in[request->in_length - 1] == VIRTIO_BLK_S_UNSUPP)
		set_status(request, VIRTIO_BLK_S_IOERR);
}

SABOTEUR(blk_calls_flags_errors,
	 .about = "discard and write zeroes with unknown flags end as errors of the disk",
	 BREAKS(CLAUSE_BLK_OP_5, CLAUSE_BLK_OP_7, CLAUSE_BLK_OP_8), .type = VIRTIO_TYPE_BLK,
	 .tests = "blk.*", .used_element = call_flags_errors);

static bool puzzled; /* it has seen a request that it does not know */

static void begin_puzzled(struct virtio_device *device)
{
	forget_chains(device);
	puzzled = false;
}

static void look_for_unknown(struct virtqueue *queue, struct chain_view *chain)
{
	const struct virtio_blk_req *header =
		(const struct virtio_blk_req *)(uintptr_t)from_le64(*chain->links[0].addr);

	puzzled = puzzled || from_le32(header->type) >= VIRTIO_BLK_T_ZONE_APPEND;
}

static void look_at_headers(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, look_for_unknown);
}

static bool hear_unless_puzzled(struct onlooker *self, const struct register_access *access,
				uint64_t *value)
{
	if (is_common(access, device_status) && *value == 0)
		begin_puzzled(access->device);
	return !puzzled || access->structure != STRUCTURE_NOTIFY;
}

SABOTEUR(blk_leaves_unknown_requests,
	 .about = "a request of a type that it does not know is never used", BREAKS(CLAUSE_SANE_1),
	 .type = VIRTIO_TYPE_BLK, .tests = "blk.unknown*", .start = begin_puzzled,
	 .onlooker.publish = look_at_headers, .onlooker.write = hear_unless_puzzled);

static bool hear_known(struct onlooker *self, unsigned vector)
{
	return !puzzled || !victim_queue(vector);
}

static void look_at_header(struct onlooker *self, struct virtqueue *queue)
{
	puzzled = false;
	look_at_headers(self, queue);
}

static void begin_in_silence(struct virtio_device *device)
{
	hand_start(device);
	begin_puzzled(device);
}

SABOTEUR(blk_refuses_in_silence,
	 .about = "no message tells of a request of a type that it does not know",
	 BREAKS(CLAUSE_SPLIT_NOTIF_3), .type = VIRTIO_TYPE_BLK, .tests = "blk.unknown*",
	 .start = begin_in_silence, .onlooker.publish = look_at_header,
	 .onlooker.arrival = hear_known);

/* Zeroes are what a read finds; the last byte of block 19 is no zero. */
static void leave_a_byte(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	uint32_t last = 20 * VIRTIO_BLK_SECTOR - 1;

	if (request && type_of(request) == VIRTIO_BLK_T_IN && request->in_length > last)
		request->in[last] = 1;
}

SABOTEUR(blk_zeroes_end_early, .about = "write zeroes leaves the last byte of its range",
	 BREAKS(CLAUSE_BLK_OP_11, CLAUSE_BLK_OP_12), .type = VIRTIO_TYPE_BLK, .tests = "blk.*",
	 .used_element = leave_a_byte);

static bool written;

static void forget_writes(struct virtio_device *device)
{
	written = false;
}

static void take_writes(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (!request)
		return;
	if (type_of(request) == VIRTIO_BLK_T_OUT) {
		set_status(request, VIRTIO_BLK_S_OK);
		written = true;
	} else if (type_of(request) == VIRTIO_BLK_T_IN && written) {
		request->in[0] ^= 0xff;
	}
}

SABOTEUR(blk_read_only_is_written, .about = "a read-only disk takes writes",
	 BREAKS(CLAUSE_BLK_OP_3, CLAUSE_BLK_OP_4), .type = VIRTIO_TYPE_BLK,
	 .tests = "blk.read_only*", .used_element = take_writes, .start = forget_writes);

static void spoil_long_chains(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && queue->chains[element->id].length > 3)
		set_status(request, VIRTIO_BLK_S_IOERR);
}

SABOTEUR(blk_wants_three_descriptors, .about = "a request in more than three descriptors fails",
	 BREAKS(CLAUSE_SPLIT_FRAME_1), .type = VIRTIO_TYPE_BLK, .tests = "blk.*",
	 .used_element = spoil_long_chains);

static void refuse_reads(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && type_of(request) == VIRTIO_BLK_T_IN)
		set_status(request, VIRTIO_BLK_S_IOERR);
}

SABOTEUR(blk_refuses_reads, .about = "every read ends with IOERR", BREAKS(CLAUSE_SANE_2),
	 .type = VIRTIO_TYPE_BLK, .tests = "blk.*", .used_element = refuse_reads);

static void forget_status(struct virtqueue *queue, struct used_element *element)
{
	element->length -= ring_is_packed(queue) && element->length > 0;
}

SABOTEUR(blk_counts_no_status,
	 .about = "the used length in a packed ring leaves the status byte out",
	 BREAKS(CLAUSE_VQ_TXT_4), .type = VIRTIO_TYPE_BLK, .tests = "blk.*",
	 .used_element = forget_status);

static unsigned queues_enabled;

static void start_counting_queues(struct virtio_device *device)
{
	queues_enabled = 0;
}

static bool count_enabled_queues(struct onlooker *self, const struct register_access *access,
				 uint64_t *value)
{
	if (access->structure != STRUCTURE_COMMON)
		return true;
	if (access->offset == offsetof(struct virtio_pci_common_cfg, device_status) && !*value)
		queues_enabled = 0;
	if (access->offset == offsetof(struct virtio_pci_common_cfg, queue_enable))
		queues_enabled += *value == 1;
	return true;
}

static void miss_the_other_queues(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && queues_enabled < offered_queues(queue->device))
		set_status(request, VIRTIO_BLK_S_IOERR);
}

SABOTEUR(blk_wants_all_queues, .about = "requests fail while some queue is not enabled",
	 BREAKS(CLAUSE_VQ_TXT_10), .type = VIRTIO_TYPE_BLK, .tests = "blk.first_queue*",
	 .start = start_counting_queues, .onlooker.write = count_enabled_queues,
	 .used_element = miss_the_other_queues);

/* Each sector reads as what the driver put into the buffer once it had been used. */
static void read_what_came_later(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && type_of(request) == VIRTIO_BLK_T_IN)
		memset(request->in, 0xee, request->in_length - 1);
}

SABOTEUR(blk_reads_buffers_late,
	 .about = "what a write stores is fetched after its buffer was used",
	 BREAKS(CLAUSE_INORD_TXT_5), .type = VIRTIO_TYPE_BLK, .offers = BIT64(VIRTIO_F_IN_ORDER),
	 .tests = "ring.*", .used_element = read_what_came_later);

static void spoil_beside_others(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && queue->index && queue->device->queues[0]->in_flight &&
	    type_of(request) == VIRTIO_BLK_T_IN)
		request->in[0] ^= 1;
}

SABOTEUR(blk_queues_get_in_their_way,
	 .about = "what is read from the second queue is wrong while the first one is busy",
	 BREAKS(CLAUSE_SANE_3), .type = VIRTIO_TYPE_BLK,
	 .tests = "blk.all_queues*,blk.data_survives_load*", .used_element = spoil_beside_others);
