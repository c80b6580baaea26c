/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices of several types that break what their types say of the legacy interface alone. */
#include "arch/clock.h"
#include "lib/string.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/device/balloon.h"
#include "virtio/device/blk.h"
#include "virtio/device/console.h"
#include "virtio/device/scsi.h"
#include "virtio/transport/pci/legacy_registers.h"

/* What the driver has written since the last reset. */
static struct {
	uint8_t status;
	uint32_t features;
} so_far;

static void start_over(struct virtio_device *device)
{
	so_far = (typeof(so_far)){0};
}

static bool follow(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure != STRUCTURE_CONTROL)
		return true;
	if (access->offset == LEGACY_DRIVER_FEATURES)
		so_far.features = (uint32_t)*value;
	if (access->offset != LEGACY_DEVICE_STATUS)
		return true;
	so_far.status = (uint8_t)*value;
	if (!so_far.status)
		so_far.features = 0;
	return true;
}

/* In SABOTEUR(): what it reads, with the above. */
#define READS_AS(function)                                                                         \
	.start = start_over, .onlooker.write = follow, .onlooker.read = (function)

static bool lose_early_writes(struct onlooker *self, const struct register_access *access,
			      uint64_t *value)
{
	follow(self, access, value);
	return access->structure != STRUCTURE_DEVICE || (so_far.status & VIRTIO_STATUS_DRIVER);
}
SABOTEUR(pci_legacy_early_writes_are_lost,
	 .about = "the configuration cannot be written before DRIVER is set",
	 BREAKS(CLAUSE_INIT_LEG_1), .start = start_over, .onlooker.write = lose_early_writes);

/* What a request of a queue brought; NULL: another queue's, or nothing. */
static void *answer_of(struct virtqueue *queue, const struct used_element *element, unsigned index)
{
	struct request *request = queue->index == index ? used_request(queue, element) : NULL;

	return request ? request->in : NULL;
}

/* ---- block devices ---- */

static bool is_writeback(const struct register_access *access)
{
	return access->structure == STRUCTURE_DEVICE &&
	       access->offset == offsetof(struct virtio_blk_config, writeback);
}

static uint64_t cache_since_driver(struct onlooker *self, const struct register_access *access,
				   uint64_t value)
{
	return is_writeback(access) &&
			       so_far.status == (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER)
		       ? 1
		       : value;
}
SABOTEUR(pci_legacy_blk_caches_for_drivers, .about = "writeback becomes 1 when DRIVER is set",
	 BREAKS(CLAUSE_BLK_INIT_LEG_1), .type = VIRTIO_TYPE_BLK, READS_AS(cache_since_driver));

static uint64_t cache_since_driver_ok(struct onlooker *self, const struct register_access *access,
				      uint64_t value)
{
	return is_writeback(access) && (so_far.status & VIRTIO_STATUS_DRIVER_OK) ? 1 : value;
}
SABOTEUR(pci_legacy_blk_caches_when_live, .about = "writeback becomes 1 when DRIVER_OK is set",
	 BREAKS(CLAUSE_BLK_INIT_LEG_2), .type = VIRTIO_TYPE_BLK, READS_AS(cache_since_driver_ok));

static uint64_t cache_by_features(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	uint32_t both = BIT(VIRTIO_BLK_F_CONFIG_WCE) | BIT(VIRTIO_BLK_F_FLUSH);

	return is_writeback(access) && (so_far.features & both) == BIT(VIRTIO_BLK_F_CONFIG_WCE)
		       ? 0
		       : value;
}
SABOTEUR(pci_legacy_blk_caches_by_features,
	 .about = "writeback becomes 0 when CONFIG_WCE is accepted without FLUSH",
	 BREAKS(CLAUSE_BLK_INIT_LEG_3), .type = VIRTIO_TYPE_BLK, READS_AS(cache_by_features));

static uint64_t offer_zones(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	return access->structure == STRUCTURE_CONTROL && access->offset == LEGACY_DEVICE_FEATURES
		       ? value | BIT(VIRTIO_BLK_F_ZONED)
		       : value;
}
SABOTEUR(pci_legacy_blk_is_zoned, .about = "VIRTIO_BLK_F_ZONED is offered",
	 BREAKS(CLAUSE_BLK_INIT_7), .type = VIRTIO_TYPE_BLK, .tests = "blk.legacy*",
	 .onlooker.read = offer_zones);

/* Beyond the end of any disk lies what is not 0 with its bytes swapped. */
static void miss_sectors(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	const struct virtio_blk_req *header = request ? (void *)request->out : NULL;

	if (header && from_le32(header->type) == VIRTIO_BLK_T_IN && from_le64(header->sector))
		request->in[request->in_length - 1] = VIRTIO_BLK_S_IOERR;
}
SABOTEUR(pci_legacy_blk_header_is_swapped, .about = "sectors are taken for big-endian",
	 BREAKS(CLAUSE_BLK_OP_LEG_1), .type = VIRTIO_TYPE_BLK, .tests = "blk.legacy*",
	 .used_element = miss_sectors);

static void refuse_flush_out(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	const struct virtio_blk_req *header = request ? (void *)request->out : NULL;

	if (header && from_le32(header->type) == VIRTIO_BLK_T_FLUSH_OUT)
		request->in[request->in_length - 1] = VIRTIO_BLK_S_UNSUPP;
}
SABOTEUR(pci_legacy_blk_refuses_flush_out, .about = "VIRTIO_BLK_T_FLUSH_OUT is not supported",
	 BREAKS(CLAUSE_BLK_OP_LEG_2), .type = VIRTIO_TYPE_BLK, .tests = "blk.flush_out*",
	 .used_element = refuse_flush_out);

static uint16_t sorted; /* used elements whose order is the driver's to see */

static void sort_none(struct virtio_device *device)
{
	sorted = 0;
}

static bool is_barrier(const struct virtqueue *queue, const struct virtq_used_elem *element)
{
	const struct virtq_desc *head = &split_of(queue)->desc[from_le32(element->id)];
	const struct virtio_blk_req *header = (const void *)(uintptr_t)from_le64(head->addr);

	return from_le32(header->type) & VIRTIO_BLK_T_BARRIER;
}

#define LOOK_NS 100000 /* between two looks */
#define LOOKS   1000

static bool all_are_used(const struct virtqueue *queue)
{
	const struct split_virtqueue *ring = split_of(queue);

	return from_le16(ring->used->idx) == ring->avail_index;
}

/* A barrier changes places with the first or the last of what was used together with it. */
static void move_barrier(struct virtqueue *queue, bool to_the_end)
{
	struct virtq_used *used = split_of(queue)->used;
	uint16_t end;

	for (unsigned n = 0; n < LOOKS && !all_are_used(queue); n++)
		clock_spin(LOOK_NS);
	end = from_le16(used->idx);
	for (uint16_t at = sorted; at != end; at++) {
		struct virtq_used_elem *barrier = &used->ring[at % queue->size], element = *barrier;
		struct virtq_used_elem *other =
			&used->ring[(to_the_end ? end - 1 : sorted) % queue->size];

		if (!is_barrier(queue, barrier))
			continue;
		*barrier = *other;
		*other = element;
		break;
	}
	sorted = end;
}

static void use_barrier_first(struct onlooker *self, struct virtqueue *queue)
{
	move_barrier(queue, false);
}
SABOTEUR(pci_legacy_blk_barriers_hurry, .about = "a barrier is used before what came before it",
	 BREAKS(CLAUSE_BLK_OP_LEG_3), .type = VIRTIO_TYPE_BLK, .tests = "blk.barriers*",
	 .offers = BIT64(VIRTIO_BLK_F_BARRIER), .start = sort_none,
	 .onlooker.used = use_barrier_first);

static void use_barrier_last(struct onlooker *self, struct virtqueue *queue)
{
	move_barrier(queue, true);
}
SABOTEUR(pci_legacy_blk_barriers_lag, .about = "a barrier is used behind what came behind it",
	 BREAKS(CLAUSE_BLK_OP_LEG_4), .type = VIRTIO_TYPE_BLK, .tests = "blk.barriers*",
	 .offers = BIT64(VIRTIO_BLK_F_BARRIER), .start = sort_none,
	 .onlooker.used = use_barrier_last);

/* ---- consoles, balloons, SCSI hosts ---- */

static void swap_event(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message =
		answer_of(queue, element, CONSOLE_CONTROL_RECEIVE_QUEUE);

	if (message)
		message->event.raw = __builtin_bswap16(message->event.raw);
}
SABOTEUR(pci_legacy_console_is_swapped, .about = "events of control messages are big-endian",
	 BREAKS(CLAUSE_CONSOLE_OP_LEG_1), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.legacy*",
	 .used_element = swap_event);

static bool want_to_be_told(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	follow(self, access, value);
	return access->structure != STRUCTURE_NOTIFY ||
	       (so_far.features & BIT(VIRTIO_BALLOON_F_MUST_TELL_HOST));
}
SABOTEUR(pci_legacy_balloon_wants_to_be_told,
	 .about = "nothing is served without VIRTIO_BALLOON_F_MUST_TELL_HOST",
	 BREAKS(CLAUSE_BALLOON_FEAT_LEG_1), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.legacy*",
	 .start = start_over, .onlooker.write = want_to_be_told);

static uint8_t *given;

static void give_nothing(struct virtio_device *device)
{
	given = NULL;
}

/* What was written to a page since it was given is gone when the next one is. */
static void spoil_given(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (!request || queue->index != BALLOON_INFLATE_QUEUE)
		return;
	if (given)
		*given ^= 1;
	given = (uint8_t *)((uintptr_t)from_le32(*(const le32 *)(const void *)request->out) *
			    VIRTIO_BALLOON_PAGE);
}
SABOTEUR(pci_legacy_balloon_takes_late,
	 .about = "a page that was given away cannot be written before it is taken back",
	 BREAKS(CLAUSE_BALLOON_FEAT_LEG_2), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.legacy*",
	 .start = give_nothing, .used_element = spoil_given);

static void swap_sense_length(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_scsi_resp_cmd *response = answer_of(queue, element, SCSI_REQUEST_QUEUE);

	if (response)
		response->sense_len.raw = __builtin_bswap32(response->sense_len.raw);
}
SABOTEUR(pci_legacy_scsi_response_is_swapped, .about = "sense_len is big-endian",
	 BREAKS(CLAUSE_SCSI_REQ_LEG_1), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.legacy*",
	 .used_element = swap_sense_length);

static void reject_function(struct virtqueue *queue, struct used_element *element)
{
	uint8_t *response = answer_of(queue, element, SCSI_CONTROL_QUEUE);

	if (response)
		*response = VIRTIO_SCSI_S_FUNCTION_REJECTED;
}
SABOTEUR(pci_legacy_scsi_functions_are_swapped,
	 .about = "task management functions are taken for big-endian",
	 BREAKS(CLAUSE_SCSI_CTRL_LEG_1), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.legacy*",
	 .used_element = reject_function);

static void swap_events(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_scsi_ctrl_an_answer *answer = answer_of(queue, element, SCSI_CONTROL_QUEUE);

	if (answer)
		answer->event_actual.raw = __builtin_bswap32(BIT(1));
}
SABOTEUR(pci_legacy_scsi_events_are_swapped, .about = "event_actual is big-endian",
	 BREAKS(CLAUSE_SCSI_CTRL_LEG_2), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.notification*",
	 .used_element = swap_events);

/* ---- what the host sees, or does ---- */

static uint64_t swap_target(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE &&
			       access->offset == offsetof(struct virtio_balloon_config, num_pages)
		       ? __builtin_bswap32((uint32_t)value)
		       : value;
}
SABOTEUR(pci_legacy_balloon_target_is_swapped, .about = "num_pages is big-endian",
	 BREAKS(CLAUSE_BALLOON_CFG_LEG_1), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.targets*",
	 .onlooker.read = swap_target);

static void swap_statistics(struct virtqueue *queue, struct chain_view *chain)
{
	struct virtio_balloon_stat *stats = (void *)(uintptr_t)from_le64(*chain->links[0].addr);

	for (unsigned n = 0; queue->index == BALLOON_STATS_QUEUE &&
			     n < from_le32(*chain->links[0].len) / sizeof(*stats);
	     n++) {
		stats[n].tag.raw = __builtin_bswap16(stats[n].tag.raw);
		stats[n].val.raw = __builtin_bswap64(stats[n].val.raw);
	}
}

static void swap_published_statistics(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, swap_statistics);
}
SABOTEUR(pci_legacy_balloon_statistics_are_swapped, .about = "statistics are taken for big-endian",
	 BREAKS(CLAUSE_BALLOON_STATS_LEG_1), .type = VIRTIO_TYPE_BALLOON,
	 .tests = "balloon.legacy_statistics*", .start = forget_chains,
	 .onlooker.publish = swap_published_statistics);

static void swap_event_type(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_scsi_event *event = answer_of(queue, element, SCSI_EVENT_QUEUE);

	if (event)
		event->event.raw = __builtin_bswap32(event->event.raw);
}
SABOTEUR(pci_legacy_scsi_event_is_swapped, .about = "events are big-endian",
	 BREAKS(CLAUSE_SCSI_EVT_LEG_1), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.plugged*",
	 .used_element = swap_event_type);
