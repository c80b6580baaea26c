/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device offers, and what it makes of what a driver accepts (virtio 1.4, 2.2 and 6). */
#include "tests/harness/plan/options.h"
#include "tests/transport/common/transport.h"

#define BIT_TEXT 48

/* "VIRTIO_F_EVENT_IDX", or "bit 77" for what has no name. */
static const char *bit_text(const struct virtio_device *device, unsigned bit, char text[BIT_TEXT])
{
	const char *name = feature_name(device->type, bit);

	if (name)
		format_text(text, BIT_TEXT, "%s", name);
	else
		format_text(text, BIT_TEXT, "bit %u", bit);
	return text;
}

TEST(transport, version_1_is_offered, .about = "VIRTIO_F_VERSION_1 is offered",
     .judges = CLAUSES(RESV_1))
{
	struct features offered;

	meet_device(t->device);
	offered = virtio_read_offer(t->device);
	CHECK(t, RESV_1, features_have(&offered, VIRTIO_F_VERSION_1),
	      "the feature words are %#lx and %#lx: bit 32 is clear", offered.words[0],
	      offered.words[1]);
}

/* 2.2: bits 24 to 49 are not for device types to use, but for 41 and 42. */
static bool is_reserved_range(unsigned bit)
{
	return bit >= 24 && bit <= 49 && bit != VIRTIO_F_ADMIN_VQ && bit != 42;
}

/* Bits that only the legacy interface knows (chapter 6, Legacy Interface). */
static bool is_legacy_bit(unsigned bit)
{
	return bit == VIRTIO_F_NOTIFY_ON_EMPTY || bit == VIRTIO_F_ANY_LAYOUT ||
	       bit == VIRTIO_F_BAD_FEATURE;
}

/*
 * The text forbids what it does not describe, and "does not preclude devices written to a future version of this
 * specification": only the user knows which one a device is written to (vp.version).
 */
static void judge_bit(struct test_run *t, enum clause_id id, unsigned bit, bool known,
		      const char *what)
{
	CAN_JUDGE(
		t, known || *options.version,
		"bit %u is offered and %s; a later version may define it: vp.version=1.4 judges it",
		bit, what);
	JUDGE(t, id, known, "bit %u is offered and %s", bit, what);
}

TEST(transport, no_reserved_feature_is_offered,
     .about = "no bit of the ranges that belong to the specification is offered without a meaning",
     .judges = CLAUSES(FEAT_5))
{
	struct virtio_device *device = t->device;
	struct features all;

	meet_device(device);
	all = virtio_read_offer(device);
	for (unsigned bit = 24; bit <= 49; bit++) {
		bool offered = features_have(&all, bit);

		if (!is_reserved_range(bit))
			continue;
		if (!is_legacy_bit(bit))
			judge_bit(t, CLAUSE_FEAT_5, bit,
				  !offered || feature_name(device->type, bit), "is reserved");
		else
			judge_bit(t, CLAUSE_FEAT_5, bit,
				  !offered || (device->traits &
					       (DEVICE_LEGACY_INTERFACE | DEVICE_LEGACY)),
				  "is for legacy drivers alone, and there is no legacy interface");
	}
}

TEST(transport, only_features_of_the_type_are_offered,
     .about = "each offered bit of the device types' range is defined for this type",
     .judges = CLAUSES(FEAT_7))
{
	struct virtio_device *device = t->device;
	struct features offered;

	if (!virtio_type_by_id(device->type))
		skip_test(t, "the suite knows no features of this device type");
	meet_device(device);
	offered = virtio_read_offer(device);
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		if (is_reserved_range(bit))
			continue;
		judge_bit(t, CLAUSE_FEAT_7, bit,
			  !features_have(&offered, bit) || feature_name(device->type, bit),
			  "is not defined for this type");
	}
}

TEST(transport, features_come_with_what_they_require,
     .about = "no feature is offered without those that it depends on", .judges = CLAUSES(FEAT_1))
{
	struct virtio_device *device = t->device;
	struct features offered, closed;
	char text[BIT_TEXT];

	if (!virtio_type_by_id(device->type))
		skip_test(t, "the suite knows no features of this device type");
	meet_device(device);
	offered = virtio_read_offer(device);
	closed = features_close(device->type, offered);
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		if (features_have(&offered, bit))
			CHECK(t, FEAT_1, features_have(&closed, bit),
			      "%s is offered without what it requires",
			      bit_text(device, bit, text));
	}
}

/* Negotiates a set on a device at status 0 and resets it; what became of FEATURES_OK. */
static bool accepts(struct test_run *t, struct features features)
{
	bool accepted = negotiate(t, features);

	start_over(t);
	return accepted;
}

TEST(transport, every_subset_of_features_is_accepted,
     .about = "FEATURES_OK sticks with all that is offered, the least, and each bit left out or "
	      "alone",
     .judges = CLAUSES(FEAT_2))
{
	struct virtio_device *device = t->device;
	struct features least = features_least(device), all = features_described(device);
	char text[BIT_TEXT];

	CHECK(t, FEAT_2, accepts(t, least), "FEATURES_OK reads back clear with %#lx",
	      least.words[0]);
	CHECK(t, FEAT_2, accepts(t, all), "FEATURES_OK reads back clear with %#lx %#lx",
	      all.words[0], all.words[1]);
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		struct features without = all, alone = least;

		if (!features_have(&all, bit) || features_have(&least, bit))
			continue;
		features_remove(&without, bit);
		without = features_close(device->type, without);
		CHECK(t, FEAT_2, accepts(t, without),
		      "FEATURES_OK reads back clear with all that is offered but %s",
		      bit_text(device, bit, text));
		features_add(&alone, bit);
		alone = features_close(device->type, alone);
		if (features_have(&alone, bit))
			CHECK(t, FEAT_2, accepts(t, alone),
			      "FEATURES_OK reads back clear with nothing but %s",
			      bit_text(device, bit, text));
	}
}

/* Whether the device serves a request under exactly these features. */
static bool serves(struct test_run *t, struct features features)
{
	struct virtqueue *queue;
	struct completion completion;

	set_up(t, features, t->workload->queues);
	go_live(t);
	queue = work_queue(t);
	submit(t, queue, new_request(t, 1));
	return await_completion(t, queue, &completion);
}

TEST(transport, accepted_subsets_work,
     .about = "a request is served under the least features, the driver's, and each of those left "
	      "out",
     .needs = NEEDS_WORK, .axes = AXES_OF_RING, .judges = CLAUSES(FEAT_3, FEAT_4))
{
	struct virtio_device *device = t->device;
	struct features least = features_least(device), all = features_for(t);
	char text[BIT_TEXT];

	if (t->variant.packed)
		features_add(&least, VIRTIO_F_RING_PACKED);
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		struct features set = all;

		if (!features_have(&all, bit) || features_have(&least, bit))
			continue;
		features_remove(&set, bit);
		set = features_close(device->type, set);
		CHECK(t, FEAT_3, serves(t, set),
		      "FEATURES_OK was left set without %s, and then no request is served",
		      bit_text(device, bit, text));
		start_over(t);
	}
	CHECK(t, FEAT_3, serves(t, least),
	      "FEATURES_OK was left set with %#lx, and then no request is served", least.words[0]);
	start_over(t);
	CHECK(t, FEAT_4, serves(t, all), "no request is served with the accepted features %#lx",
	      all.words[0]);
}

/* Own bits that a driver may take and make nothing of; their queues it need not enable, but some may think so. */
static uint64_t bits_to_take(const struct virtio_device *device)
{
	const struct virtio_type *type = virtio_type_by_id(device->type);

	return type ? device->offered.words[0] & type->additions & ~type->queue_bits : 0;
}

/* Whether a request is served under a set that the device accepts; it may decline it (2.2.2). */
static bool serves_if_accepted(struct test_run *t, struct features features)
{
	bool served;

	if (!accepts(t, features))
		return true;
	served = serves(t, features);
	start_over(t);
	return served;
}

TEST(transport, each_feature_works_alone_and_left_out,
     .about =
	     "a request is served with each of the type's features accepted alone, and with all but it",
     .needs = NEEDS_WORK, .judges = CLAUSES(FEAT_3, FEAT_4))
{
	struct virtio_device *device = t->device;
	struct features least = features_or(features_least(device), t->stays);
	struct features all = features_for(t);
	uint64_t bits = bits_to_take(device);
	char text[BIT_TEXT];

	CAN_JUDGE(t, bits, "it offers no feature that a driver might take or leave");
	all.words[0] |= bits;
	all = features_close(device->type, all);
	for (unsigned bit = 0; bit < 64; bit++) {
		struct features alone = least, without = all;

		if (!(bits & BIT64(bit)))
			continue;
		features_add(&alone, bit);
		alone = features_close(device->type, alone);
		if (features_have(&alone, bit))
			CHECK(t, FEAT_4, serves_if_accepted(t, alone),
			      "%s is accepted, and no request is served",
			      bit_text(device, bit, text));
		features_remove(&without, bit);
		without = features_close(device->type, without);
		CHECK(t, FEAT_3, serves_if_accepted(t, without),
		      "all is accepted but %s, and no request is served",
		      bit_text(device, bit, text));
	}
}

TEST(transport, features_are_renegotiated,
     .about = "a set of features that was accepted once is accepted again after each reset",
     .needs = NEEDS_WORK, .judges = CLAUSES(FEAT_9))
{
	struct virtio_device *device = t->device;
	struct features features = features_for(t);

	bring_up(t);
	work_once(t, 1);
	for (unsigned round = 0; round < 8; round++) {
		if (round % 2)
			virtio_add_status(device, VIRTIO_STATUS_FAILED);
		start_over(t);
		CHECK(t, FEAT_9, negotiate(t, features),
		      "FEATURES_OK reads back clear with %#lx in round %u, after %s",
		      features.words[0], round, round % 2 ? "FAILED" : "use");
	}
}

TEST(transport, features_of_before_the_reset_are_gone,
     .about = "after a reset another set of ring features is in force, and nothing of the earlier",
     .needs = NEEDS_WORK, .judges = CLAUSES(FEAT_TXT_2))
{
	struct virtio_device *device = t->device;
	struct features least = features_least(device), rich = features_for(t);

	features_add(&rich, VIRTIO_F_EVENT_IDX);
	features_add(&rich, VIRTIO_F_INDIRECT_DESC);
	features_add(&rich, VIRTIO_F_RING_RESET);
	rich = features_and(rich, device->offered);
	for (unsigned round = 0; round < 4; round++) {
		struct features set = round % 2 ? least : rich, stale;

		CHECK(t, FEAT_TXT_2, serves(t, set),
		      "no request is served with %#lx, negotiated after %#lx", set.words[0],
		      round % 2 ? rich.words[0] : least.words[0]);
		/* That bits are missing is for PCI-COMMON-5 to say. */
		stale = features_without(
			features_and(virtio_read_held_features(device), features_described(device)),
			set);
		CHECK(t, FEAT_TXT_2, features_empty(stale),
		      "driver_feature shows %#lx %#lx, which this set of features is without",
		      stale.words[0], stale.words[1]);
		start_over(t);
	}
}
