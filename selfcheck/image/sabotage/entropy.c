/* SPDX-License-Identifier: BSD-2-Clause */
/* Entropy devices that break one rule. */
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/ring/split.h"

static void repeat(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	for (uint32_t n = 0; request && n < request->in_length; n++)
		request->in[n] = (uint8_t)(n * 37);
}

SABOTEUR(rng_repeats_itself, .about = "every answer holds the same bytes",
	 BREAKS(CLAUSE_ENTROPY_OP_2), .type = VIRTIO_TYPE_ENTROPY, .tests = "rng.*",
	 .used_element = repeat);

static void count_nothing(struct virtqueue *queue, struct used_element *element)
{
	element->length = 0;
}

SABOTEUR(rng_gives_nothing, .about = "buffers are used with length 0", BREAKS(CLAUSE_ENTROPY_OP_1),
	 .type = VIRTIO_TYPE_ENTROPY, .tests = "rng.*", .used_element = count_nothing);

static uint16_t shown;

static void begin(struct virtio_device *device)
{
	shown = 0;
}

/* Of several buffers behind one notification the device sees the first. */
static void hide_all_but_first(struct onlooker *self, struct virtqueue *queue)
{
	struct split_virtqueue *split = split_of(queue);

	if (split->avail_index < shown)
		shown = 0; /* a new ring */
	shown = MINIMUM(split->avail_index, (uint16_t)(shown + 1));
	split->avail_index = shown;
}

SABOTEUR(rng_serves_the_first, .about = "of many buffers only the first is served",
	 BREAKS(CLAUSE_ENTROPY_OP_4), .type = VIRTIO_TYPE_ENTROPY, .tests = "rng.many*",
	 .onlooker.publish = hide_all_but_first, .start = begin);

static struct features offered;

static void offer_a_bit(struct virtio_device *device)
{
	offered = device->offered;
	features_add(&device->offered, 3);
}

static void show_again(struct virtio_device *device)
{
	device->offered = offered;
}

SABOTEUR(rng_offers_a_bit, .about = "feature bit 3 is offered, which nothing defines",
	 BREAKS(CLAUSE_ENTROPY_FEAT_1), .type = VIRTIO_TYPE_ENTROPY, .tests = "rng.*",
	 .start = offer_a_bit, .stop = show_again);

static void hide_all(struct onlooker *self, struct virtqueue *queue)
{
	split_of(queue)->avail_index = 0;
}

SABOTEUR(rng_wants_another_queue, .about = "requests in queue 0 are not answered",
	 BREAKS(CLAUSE_ENTROPY_VQ_1), .type = VIRTIO_TYPE_ENTROPY, .tests = "rng.requests*",
	 .onlooker.publish = hide_all);
