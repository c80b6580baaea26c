/* SPDX-License-Identifier: BSD-2-Clause */
/* Balloons that break one rule. */
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/device/balloon.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/ring/split.h"

#define CONFIG(field) offsetof(struct virtio_balloon_config, field)

static uint64_t forget_size(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(actual) ? 0x77
											 : value;
}

SABOTEUR(balloon_forgets_its_size, .about = "actual does not take what is written",
	 BREAKS(CLAUSE_BALLOON_FLOW_2), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.*",
	 .onlooker.read = forget_size);

static uint64_t lose_queues(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	return is_common(access, queue_size) ? 0 : value;
}

SABOTEUR(balloon_loses_queues, .about = "no queue has a size",
	 BREAKS(CLAUSE_BALLOON_VQ_1, CLAUSE_BALLOON_VQ_2, CLAUSE_BALLOON_VQ_3, CLAUSE_BALLOON_VQ_4),
	 .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.*_queue*_exist*",
	 .onlooker.read = lose_queues);

/* The page that a request names first; NULL for what is no request of the balloon. */
static uint8_t *page_of(const struct request *request)
{
	const le32 *number = (const le32 *)request->out;

	return (uint8_t *)((uintptr_t)from_le32(*number) * VIRTIO_BALLOON_PAGE);
}

static void spoil_neighbour(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && queue->index == BALLOON_INFLATE_QUEUE)
		page_of(request)[VIRTIO_BALLOON_PAGE] ^= 1;
}

SABOTEUR(balloon_takes_neighbours, .about = "the page behind an inflated one is changed too",
	 BREAKS(CLAUSE_BALLOON_FLOW_5), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.neighbours*",
	 .used_element = spoil_neighbour);

static uint8_t *earlier;

static void forget_page(struct virtio_device *device)
{
	earlier = NULL;
}

static void spoil_earlier(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (!request || queue->index != BALLOON_INFLATE_QUEUE)
		return;
	if (earlier)
		*earlier ^= 1;
	earlier = page_of(request);
}

SABOTEUR(balloon_takes_late, .about = "an inflated page is changed after the acknowledgement",
	 BREAKS(CLAUSE_BALLOON_FLOW_6), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.reused*",
	 .used_element = spoil_earlier, .start = forget_page);

/* Reports and hints name their pages in the descriptors themselves. */
static void spoil_reported(struct virtqueue *queue, struct used_element *element)
{
	uint8_t *page;

	if (queue->index < BALLOON_HINT_QUEUE || element->id >= queue->size)
		return;
	if (earlier)
		*earlier ^= 1;
	page = (uint8_t *)(uintptr_t)from_le64(split_of(queue)->desc[element->id].addr);
	*page ^= 1;
	earlier = page;
}

SABOTEUR(balloon_spoils_reports, .about = "reported pages are changed, at once and once more later",
	 BREAKS(CLAUSE_BALLOON_REPORT_2, CLAUSE_BALLOON_REPORTQ_2), .type = VIRTIO_TYPE_BALLOON,
	 .tests = "balloon.reported*", .used_element = spoil_reported, .start = forget_page);

static bool swallow_kicks(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	/* Told of the inflations it is; so that those come through, and these do not. */
	return access->structure != STRUCTURE_NOTIFY || *value == BALLOON_INFLATE_QUEUE;
}

SABOTEUR(balloon_never_deflates, .about = "deflations and reports are not acknowledged",
	 BREAKS(CLAUSE_BALLOON_FLOW_4, CLAUSE_BALLOON_REPORTQ_1), .type = VIRTIO_TYPE_BALLOON,
	 .tests = "balloon.*acknowledged", .onlooker.write = swallow_kicks);

static bool swallow_inflations(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || *value != BALLOON_INFLATE_QUEUE;
}

SABOTEUR(balloon_never_inflates, .about = "inflations are not acknowledged",
	 BREAKS(CLAUSE_BALLOON_FLOW_3), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.requests*",
	 .onlooker.write = swallow_inflations);

/* A page that was given back is taken when the next one is given away. */
static void take_again(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && queue->index == BALLOON_INFLATE_QUEUE && earlier)
		*earlier ^= 1;
	if (request && queue->index == BALLOON_DEFLATE_QUEUE)
		earlier = page_of(request);
}

SABOTEUR(balloon_takes_again, .about = "a page that was taken back changes later",
	 BREAKS(CLAUSE_BALLOON_FLOW_7), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.deflated*",
	 .used_element = take_again, .start = forget_page);

static uint32_t length;

static void end_early(struct virtio_device *device)
{
	length = device->config_length;
	device->config_length = CONFIG(actual);
}

static void end_as_before(struct virtio_device *device)
{
	device->config_length = length;
}

SABOTEUR(balloon_has_few_fields, .about = "the configuration ends behind num_pages",
	 BREAKS(CLAUSE_BALLOON_CFG_1, CLAUSE_BALLOON_CFG_2, CLAUSE_BALLOON_CFG_4),
	 .type = VIRTIO_TYPE_BALLOON,
	 .tests = "balloon.sizes*,balloon.hint_command_is*,balloon.poison*", .start = end_early,
	 .stop = end_as_before);

static uint32_t command;

static bool note_command(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	if (access->structure == STRUCTURE_DEVICE &&
	    access->offset == CONFIG(free_page_hint_cmd_id))
		command = (uint32_t)*value;
	return true;
}

static uint64_t show_command(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE &&
			       access->offset == CONFIG(free_page_hint_cmd_id)
		       ? command
		       : value;
}

static void forget_command(struct virtio_device *device)
{
	command = 0;
}

SABOTEUR(balloon_obeys_the_driver, .about = "free_page_hint_cmd_id takes what a driver writes",
	 BREAKS(CLAUSE_BALLOON_CFG_3), .type = VIRTIO_TYPE_BALLOON,
	 .tests = "balloon.hint_command_is*", .start = forget_command,
	 .onlooker.read = show_command, .onlooker.write = note_command);
