/* SPDX-License-Identifier: BSD-2-Clause */
/* Free page reporting and hinting (virtio 1.4, 5.5.6.4, 5.5.6.6). */
#include "arch/memory.h"
#include "tests/device/balloon/pages.h"
#include "tests/harness/subject/subject.h"

/* Offers pages to the device in `parts` descriptors and waits; false when it is not used. */
static bool report(struct test_run *t, unsigned queue, uint8_t *pages, unsigned count,
		   unsigned parts)
{
	struct virtqueue *to = t->device->queues[queue];
	struct segment segments[8];
	struct completion completion;
	unsigned each = count / parts;
	static char token;

	CAN_JUDGE(t, to, "the device has no queue %u", queue);
	for (unsigned n = 0; n < parts; n++)
		segments[n] = (struct segment){
			.address = physical(pages + (size_t)n * each * VIRTIO_BALLOON_PAGE),
			.length = each * VIRTIO_BALLOON_PAGE,
			.writable = true};
	add_segments(t, to, segments, parts, &token);
	virtqueue_publish(to);
	virtqueue_kick(to);
	return await_announced(t, to, &completion);
}

TEST(balloon, reports_are_acknowledged,
     .about = "reports of 4 KiB to 2 MiB, whole and in pieces, are used",
     .type = VIRTIO_TYPE_BALLOON, .axes = AXIS_RING | AXIS_INDIRECT,
     WITH_FEATURE(VIRTIO_BALLOON_F_PAGE_REPORTING), .judges = CLAUSES(BALLOON_REPORTQ_1))
{
	static const unsigned counts[] = {1, 8, 64, 512};
	uint8_t *pages = balloon_pages(t, 512);
	unsigned queue;

	balloon_up(t, BIT64(VIRTIO_BALLOON_F_PAGE_POISON));
	queue = balloon_place(t, BALLOON_REPORT_QUEUE);
	for (unsigned n = 0; n < ARRAY_LENGTH(counts); n++) {
		unsigned parts = counts[n] < 8 ? 1 : 8;

		if (!CHECK(t, BALLOON_REPORTQ_1, report(t, queue, pages, counts[n], 1),
			   "a report of %u pages is not used in time", counts[n]) ||
		    !CHECK(t, BALLOON_REPORTQ_1, report(t, queue, pages, counts[n], parts),
			   "a report of %u pages in %u descriptors is not used in time", counts[n],
			   parts))
			return;
	}
}

TEST(balloon, reported_pages_are_free_again,
     .about = "pages written after their report is acknowledged keep what was written",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_PAGE_REPORTING),
     .judges = CLAUSES(BALLOON_REPORTQ_1, BALLOON_REPORTQ_2))
{
	enum { PAGES = 64 };
	uint8_t *pages = balloon_pages(t, 2 * PAGES);
	unsigned queue;

	balloon_up(t, BIT64(VIRTIO_BALLOON_F_PAGE_POISON));
	queue = balloon_place(t, BALLOON_REPORT_QUEUE);
	for (uint32_t round = 0; round < 3; round++) {
		unsigned changed;

		INSIST(t, BALLOON_REPORTQ_1, report(t, queue, pages, PAGES, 8),
		       "a report of %u pages is not used in time", PAGES);
		balloon_mark(pages, PAGES, round);
		INSIST(t, BALLOON_REPORTQ_1,
		       report(t, queue, pages + PAGES * VIRTIO_BALLOON_PAGE, PAGES, 8),
		       "a report of %u pages is not used in time", PAGES);
		balloon_settle();
		changed = balloon_changed(pages, PAGES, round);
		CHECK(t, BALLOON_REPORTQ_2, changed == PAGES,
		      "round %u: page %u changed after its report was acknowledged", round,
		      changed);
	}
}

TEST(balloon, reported_pages_keep_the_poison,
     .about = "a reported page holds poison_val ever after, 0 or not", .type = VIRTIO_TYPE_BALLOON,
     WITH_FEATURE(VIRTIO_BALLOON_F_PAGE_REPORTING),
     .judges = CLAUSES(BALLOON_REPORTQ_1, BALLOON_REPORT_2))
{
	enum { PAGES = 8, WORDS = PAGES * VIRTIO_BALLOON_PAGE / 4 };
	static const uint32_t poisons[] = {0xaaaaaaaa, 0, 0x01020304};
	struct features features = balloon_features(t, 0);

	if (!features_have(&t->device->offered, VIRTIO_BALLOON_F_PAGE_POISON))
		skip_test(t, "not offered: VIRTIO_BALLOON_F_PAGE_POISON");
	for (unsigned n = 0; n < ARRAY_LENGTH(poisons); n++) {
		volatile uint32_t *words = (volatile uint32_t *)balloon_pages(t, PAGES);
		unsigned changed = 0;

		set_up(t, features, MINIMUM(offered_queues(t->device), 5u));
		config_write(t->device, struct virtio_balloon_config, poison_val, poisons[n]);
		go_live(t);
		for (unsigned word = 0; word < WORDS; word++)
			words[word] = poisons[n];
		INSIST(t, BALLOON_REPORTQ_1,
		       report(t, balloon_place(t, BALLOON_REPORT_QUEUE), (uint8_t *)words, PAGES,
			      4),
		       "a report of %u pages is not used in time", PAGES);
		balloon_settle();
		while (changed < WORDS && words[changed] == poisons[n])
			changed++;
		CHECK(t, BALLOON_REPORT_2, changed == WORDS,
		      "poison_val is %#x, a reported page came to hold %#x", poisons[n],
		      words[MINIMUM(changed, (unsigned)WORDS - 1)]);
		start_over(t);
	}
}

TEST(balloon, hints_out_of_turn_are_ignored,
     .about = "pages hinted under a command that the device did not give keep their content",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_FREE_PAGE_HINT),
     .judges = CLAUSES(BALLOON_HINT_3))
{
	enum { PAGES = 16 };
	unsigned queue, changed;
	uint8_t *pages = balloon_pages(t, PAGES);
	le32 *command = test_memory(t, "command id", sizeof(*command), 4);
	struct request request = {.out = (uint8_t *)command, .out_length = sizeof(*command)};
	struct completion completion;

	/* Polled: QEMU serves this queue in a thread that may not raise the pin, and aborts if it has to. */
	t->variant.interrupts = INTERRUPT_NONE;
	balloon_up(t, 0);
	if (BALLOON_CONFIG(t, free_page_hint_cmd_id) > VIRTIO_BALLOON_CMD_ID_DONE)
		skip_test(t, "the device asks for hints by itself");
	queue = balloon_place(t, BALLOON_HINT_QUEUE);
	balloon_mark(pages, PAGES, 3);
	*command = to_le32(0x12345678);
	submit(t, t->device->queues[queue], &request);
	/* Whoever has asked for no hints need not look whether there are any. */
	CAN_JUDGE(t, await_completion(t, t->device->queues[queue], &completion),
		  "the device asks for no hints, and does not look at a command");
	CAN_JUDGE(t, report(t, queue, pages, PAGES, 4),
		  "the device asks for no hints, and does not look at pages");
	balloon_settle();
	changed = balloon_changed(pages, PAGES, 3);
	CHECK(t, BALLOON_HINT_3, changed == PAGES,
	      "page %u, hinted under an unknown command, changed", changed);
}
