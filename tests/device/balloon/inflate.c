/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving pages to a balloon and taking them back (virtio 1.4, 5.5.6). */
#include "tests/device/balloon/pages.h"

TEST(balloon, requests_are_acknowledged,
     .about = "arrays of 1 to 257 pages are used by inflate and deflate",
     .type = VIRTIO_TYPE_BALLOON, .axes = AXIS_RING | AXIS_INDIRECT,
     .judges = CLAUSES(BALLOON_FLOW_3, BALLOON_FLOW_4))
{
	static const unsigned counts[] = {1, 16, 256, 257};
	uint8_t *pages = balloon_pages(t, 257);

	bring_up(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(counts); n++) {
		unsigned count = counts[n];

		if (!CHECK(t, BALLOON_FLOW_3,
			   balloon_tell(t, BALLOON_INFLATE_QUEUE, pages, count, 1),
			   "the inflation by %u pages is not used in time", count) ||
		    !CHECK(t, BALLOON_FLOW_4,
			   balloon_tell(t, BALLOON_DEFLATE_QUEUE, pages, count, 1),
			   "the deflation by %u pages is not used in time", count))
			return;
	}
}

static void inflate(struct test_run *t, const uint8_t *pages, unsigned count, unsigned stride)
{
	INSIST(t, BALLOON_FLOW_3, balloon_tell(t, BALLOON_INFLATE_QUEUE, pages, count, stride),
	       "the inflation by %u pages is not used in time", count);
}

static void deflate(struct test_run *t, const uint8_t *pages, unsigned count, unsigned stride)
{
	INSIST(t, BALLOON_FLOW_4, balloon_tell(t, BALLOON_DEFLATE_QUEUE, pages, count, stride),
	       "the deflation by %u pages is not used in time", count);
}

TEST(balloon, neighbours_of_a_page_stay,
     .about = "of each 64 KiB one page is given away, all others keep their content",
     .type = VIRTIO_TYPE_BALLOON, .judges = CLAUSES(BALLOON_FLOW_3, BALLOON_FLOW_4, BALLOON_FLOW_5))
{
	enum { BLOCKS = 4, STRIDE = 16, PAGES = BLOCKS * STRIDE };
	uint8_t *pages = balloon_pages(t, PAGES);
	unsigned changed = PAGES;

	bring_up(t);
	balloon_mark(pages, PAGES, 1);
	inflate(t, pages, BLOCKS, STRIDE);
	balloon_settle();
	for (unsigned n = 0; n < PAGES; n++) {
		if (n % STRIDE && !balloon_holds(pages, n, 1))
			changed = MINIMUM(changed, n);
	}
	CHECK(t, BALLOON_FLOW_5, changed == PAGES,
	      "page %u changed when every %u-th page was given away", changed, STRIDE);
	deflate(t, pages, BLOCKS, STRIDE);
}

TEST(balloon, reused_pages_stay,
     .about = "a page written after its inflation is acknowledged keeps what was written",
     .type = VIRTIO_TYPE_BALLOON, .judges = CLAUSES(BALLOON_FLOW_3, BALLOON_FLOW_4, BALLOON_FLOW_6))
{
	enum { PAGES = 8 };
	uint8_t *pages = balloon_pages(t, 2 * PAGES);
	unsigned changed;

	if (features_have(&t->device->offered, VIRTIO_BALLOON_F_MUST_TELL_HOST))
		skip_test(t, "the device offers VIRTIO_BALLOON_F_MUST_TELL_HOST");
	bring_up(t);
	inflate(t, pages, PAGES, 1);
	balloon_mark(pages, PAGES, 2);
	inflate(t, pages + PAGES * VIRTIO_BALLOON_PAGE, PAGES, 1);
	balloon_settle();
	changed = balloon_changed(pages, PAGES, 2);
	CHECK(t, BALLOON_FLOW_6, changed == PAGES,
	      "page %u changed after the device had acknowledged its inflation", changed);
	deflate(t, pages, 2 * PAGES, 1);
	changed = balloon_changed(pages, PAGES, 2);
	CHECK(t, BALLOON_FLOW_6, changed == PAGES, "page %u changed at its deflation", changed);
}

TEST(balloon, deflated_pages_are_ordinary_memory,
     .about = "pages taken back hold what is written to them", .type = VIRTIO_TYPE_BALLOON,
     .judges = CLAUSES(BALLOON_FLOW_3, BALLOON_FLOW_4, BALLOON_FLOW_7))
{
	enum { PAGES = 64 };
	uint8_t *pages = balloon_pages(t, PAGES + 1), *other = pages + PAGES * VIRTIO_BALLOON_PAGE;

	bring_up(t);
	for (uint32_t round = 0; round < 3; round++) {
		unsigned changed;

		inflate(t, pages, PAGES, 1);
		deflate(t, pages, PAGES, 1);
		balloon_mark(pages, PAGES, round);
		inflate(t, other, 1, 1);
		deflate(t, other, 1, 1);
		balloon_settle();
		changed = balloon_changed(pages, PAGES, round);
		CHECK(t, BALLOON_FLOW_7, changed == PAGES,
		      "round %u: page %u lost its content after its deflation", round, changed);
	}
}
