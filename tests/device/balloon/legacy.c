/* SPDX-License-Identifier: BSD-2-Clause */
/* Balloons by their legacy interface (virtio 1.4, 5.5.3.1). */
#include "tests/device/balloon/pages.h"

TEST(balloon, legacy_driver_need_not_tell,
     .about =
	     "without VIRTIO_BALLOON_F_MUST_TELL_HOST pages are given away, used again, and taken back",
     .type = VIRTIO_TYPE_BALLOON, .traits = DEVICE_LEGACY,
     .judges = CLAUSES(BALLOON_FEAT_LEG_1, BALLOON_FEAT_LEG_2))
{
	enum { PAGES = 8 };
	uint8_t *pages = balloon_pages(t, 2 * PAGES);
	unsigned changed;

	balloon_up(t, BIT64(VIRTIO_BALLOON_F_MUST_TELL_HOST));
	INSIST(t, BALLOON_FEAT_LEG_1, balloon_tell(t, BALLOON_INFLATE_QUEUE, pages, PAGES, 1),
	       "the inflation by %u pages is not used in time", PAGES);
	balloon_mark(pages, PAGES, 3);
	INSIST(t, BALLOON_FEAT_LEG_1,
	       balloon_tell(t, BALLOON_INFLATE_QUEUE, pages + PAGES * VIRTIO_BALLOON_PAGE, PAGES,
			    1),
	       "the inflation by %u more pages is not used in time", PAGES);
	balloon_settle();
	changed = balloon_changed(pages, PAGES, 3);
	CHECK(t, BALLOON_FEAT_LEG_2, changed == PAGES,
	      "page %u, written after its inflation, has changed", changed);
	CHECK(t, BALLOON_FEAT_LEG_1, balloon_tell(t, BALLOON_DEFLATE_QUEUE, pages, 2 * PAGES, 1),
	      "the deflation by %u pages is not used in time", 2 * PAGES);
}
