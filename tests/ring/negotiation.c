/* SPDX-License-Identifier: BSD-2-Clause */
/* What is negotiated is what counts on the rings (virtio 1.4, 2.2, chapter 6). */
#include "arch/memory.h"
#include "lib/string.h"
#include "tests/ring/traffic.h"
#include "tests/transport/common/transport.h"

/* The shared bits that shape rings and kicks. */
static const uint8_t ring_features[] = {
	VIRTIO_F_INDIRECT_DESC,     VIRTIO_F_EVENT_IDX,  VIRTIO_F_RING_PACKED,
	VIRTIO_F_IN_ORDER,          VIRTIO_F_RING_RESET, VIRTIO_F_NOTIFICATION_DATA,
	VIRTIO_F_NOTIF_CONFIG_DATA,
};

/* Traffic on a device that is set up, … */
static struct traffic *run_traffic(struct test_run *t)
{
	struct traffic *traffic;

	go_live(t);
	traffic = traffic_start(t, 8);
	traffic_run(traffic, 30);
	traffic_end(traffic);
	return traffic;
}

/* … with exactly these features; the rings follow what was negotiated. */
static struct traffic *serve_under(struct test_run *t, struct features features)
{
	t->variant.packed = features_have(&features, VIRTIO_F_RING_PACKED);
	t->variant.indirect = features_have(&features, VIRTIO_F_INDIRECT_DESC);
	set_up(t, features, t->workload->queues);
	return run_traffic(t);
}

/* What went wrong, other than what the format does wrong whatever is negotiated. */
static const char *format_flaw(const struct traffic *traffic)
{
	static const enum flaw kinds[] = {FLAW_SLOT, FLAW_STEP, FLAW_FLAGS, FLAW_WRAP, FLAW_BEYOND};

	for (unsigned n = 0; n < ARRAY_LENGTH(kinds); n++) {
		if (*traffic->flaws[kinds[n]])
			return traffic->flaws[kinds[n]];
	}
	return traffic_service_flaw(traffic);
}

TEST(ring, feature_left_out_has_no_effect,
     .about = "with one of the offered ring features left out, rings work as if it did not exist",
     .needs = NEEDS_WORK,
     .judges = CLAUSES(FEAT_TXT_1, PACKED_DESC_1, SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	struct features all;

	require_plain_service(t);
	t->variant.packed = true;
	t->variant.event_idx = t->variant.indirect = t->variant.in_order = true;
	t->variant.kick_data = t->variant.kick_config = true;
	all = features_for(t);
	if (features_have(&t->device->offered, VIRTIO_F_RING_RESET))
		features_add(&all, VIRTIO_F_RING_RESET);
	for (unsigned n = 0; n < ARRAY_LENGTH(ring_features); n++) {
		struct features features = all;
		struct traffic *traffic;

		if (!features_have(&all, ring_features[n]))
			continue;
		features_remove(&features, ring_features[n]);
		traffic = serve_under(t, features_close(t->device->type, features));
		if (!CHECK(t, FEAT_TXT_1, !*format_flaw(traffic), "without %s: %s",
			   feature_name(t->device->type, ring_features[n]), format_flaw(traffic)))
			return;
		start_over(t);
	}
}

/* Sets the device up with all of a set, which is written over with the one that counts before FEATURES_OK. */
static void set_up_on_second_thoughts(struct test_run *t, const struct features *first,
				      const struct features *features)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST];
	struct virtio_device *device = t->device;

	meet_device(device);
	device->offered = virtio_read_offer(device);
	virtio_write_features(device, first);
	virtio_write_features(device, features);
	device->negotiated = *features;
	virtio_add_status(device, VIRTIO_STATUS_FEATURES_OK);
	CAN_JUDGE(t, device->transport->get_status(device) & VIRTIO_STATUS_FEATURES_OK,
		  "the device does not accept the features %#lx", features->words[0]);
	find_queues(t, device, t->workload->queues, requests, t->variant.interrupts);
}

static const char *event_flaw(const struct traffic *traffic)
{
	return *format_flaw(traffic) ? format_flaw(traffic) : traffic->flaws[FLAW_AVAIL_EVENT];
}

TEST(ring, feature_taken_back_has_no_effect,
     .about =
	     "a ring feature that was written, and written over before FEATURES_OK, is not in force",
     .needs = NEEDS_WORK,
     .judges = CLAUSES(FEAT_TXT_1, PACKED_DESC_1, SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	struct features least;

	if (!t->device->transport->has_features_ok)
		skip_test(t, "without FEATURES_OK whatever is written is accepted");
	require_plain_service(t);
	least = features_for(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(ring_features); n++) {
		struct features first = least;
		struct traffic *traffic;

		if (!features_have(&t->device->offered, ring_features[n]) ||
		    features_have(&least, ring_features[n]))
			continue;
		features_add(&first, ring_features[n]);
		first = features_close(t->device->type, first);
		set_up_on_second_thoughts(t, &first, &least);
		traffic = run_traffic(t);
		if (!CHECK(t, FEAT_TXT_1, !*event_flaw(traffic),
			   "%s was written over before FEATURES_OK: %s",
			   feature_name(t->device->type, ring_features[n]), event_flaw(traffic)))
			return;
		start_over(t);
	}
}

TEST(ring, negotiated_format_is_used,
     .about = "rings are packed exactly when RING_PACKED was accepted, in whatever order of resets",
     .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_RING_PACKED),
     .judges = CLAUSES(FEAT_TXT_3, PACKED_DESC_1, SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	static const bool packed[] = {true, false, true, true, false, false};

	require_plain_service(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(packed); n++) {
		struct traffic *traffic;

		t->variant.packed = packed[n];
		traffic = serve_under(t, features_for(t));
		if (!CHECK(t, FEAT_TXT_3, !*format_flaw(traffic), "%s ring negotiated: %s",
			   packed[n] ? "a packed" : "a split", format_flaw(traffic)))
			return;
		start_over(t);
	}
}

/* The request's buffers, moved to somewhere else. */
static void move_buffers(struct request *request, uint8_t *to)
{
	uint8_t *in = to + ALIGN_UP(request->out_length, 16u);

	memcpy(to, request->out, request->out_length);
	request->out = to;
	request->in = in;
}

#define ATTEMPTS                                                                                   \
	4 /* in all of which a random byte is by chance what was there before: one in 2^32 */

/* Whether buffers there are served: something arrives where something is asked for. */
static bool serve_at(struct test_run *t, struct request *request, uint8_t *place)
{
	bool arrived = !request->in_length;
	char why[96];
	struct text text = TEXT_ON(why);

	move_buffers(request, place);
	for (unsigned n = 0; n == 0 || (!arrived && n < ATTEMPTS); n++) {
		uint8_t pattern = (uint8_t)(0x3c + 0x51 * n);

		memset(request->in, pattern, request->in_length);
		if (!serve_again(t, work_queue(t), &request, 1, 1) ||
		    (t->workload->verify && !t->workload->verify(t->device, request, &text)))
			return false;
		arrived = arrived || !all_bytes_are(request->in, pattern, request->in_length);
	}
	return arrived;
}

/* The same where the last byte is the one before the end, of a page at most. */
static bool serve_before(struct test_run *t, uint8_t *end)
{
	struct request *request = new_request(t, 1);
	uint32_t bytes = ALIGN_UP(request->out_length, 16u) + request->in_length;

	return bytes > PAGE_SIZE || serve_at(t, request, end - bytes);
}

TEST(ring, buffers_may_lie_anywhere,
     .about = "buffers across a page boundary, above 4 GiB and at the end of RAM can be reached",
     .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_INDIRECT, .judges = CLAUSES(FEAT_TXT_6))
{
	uint8_t *pages = test_memory(t, "pages", 2 * PAGE_SIZE, PAGE_SIZE);
	/* Memory up there is not given back: one piece serves all runs. */
	static uint8_t *high;

	if (!high)
		high = memory_allocate_high(2);
	bring_up(t);
	for (unsigned before = 1; before < 64; before *= 4)
		CHECK(t, FEAT_TXT_6, serve_at(t, new_request(t, 1), pages + PAGE_SIZE - before),
		      "buffers %u bytes before the end of a page are not served", before);
	if (high)
		CHECK(t, FEAT_TXT_6, serve_at(t, new_request(t, 1), high + PAGE_SIZE - 8),
		      "buffers at %#lx are not served", physical(high) + PAGE_SIZE - 8);
	for (unsigned above = 0; above < 2; above++) {
		uint8_t *last = memory_last_page(above);

		if (last)
			CHECK(t, FEAT_TXT_6, serve_before(t, last + PAGE_SIZE),
			      "buffers that end with a range of RAM, at %#lx, are not served",
			      physical(last) + PAGE_SIZE);
	}
}
