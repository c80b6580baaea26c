/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages that the tests give to a balloon, and what stands on them. */
#ifndef TESTS_DEVICE_BALLOON_PAGES_H
#define TESTS_DEVICE_BALLOON_PAGES_H

#include "tests/harness/drive/drive.h"
#include "virtio/device/balloon.h"

#define BALLOON_CONFIG(t, field) config_read((t)->device, struct virtio_balloon_config, field)

/*
 * What the test's variant asks for, and all features of the device's own but those of `without`. Every
 * feature that has a queue is taken: devices number their queues by what they offer.
 */
struct features balloon_features(const struct test_run *t, uint64_t without);

/* Brings the device up with these, the queues that it has in place. */
void balloon_up(struct test_run *t, uint64_t without);

/* `count` neighbouring pages of the arena. */
uint8_t *balloon_pages(struct test_run *t, unsigned count);

/* Fills pages with words that tell page and position apart, and salt from salt: at places all over each page. */
void balloon_mark(uint8_t *pages, unsigned count, uint32_t salt);

/* Whether the page at that index still holds what balloon_mark() left. */
bool balloon_holds(const uint8_t *pages, unsigned index, uint32_t salt);

/* The first of `count` pages that does not, `count` when all do. */
unsigned balloon_changed(const uint8_t *pages, unsigned count, uint32_t salt);

/* Gives a device time to do late what it ought to have done before. */
void balloon_settle(void);

/* Whether the device, whose features are negotiated, has a queue. */
bool balloon_has_queue(const struct test_run *t, unsigned queue);

/*
 * The queue at which the device, whose features are negotiated, has an optional queue of its own: the one of the
 * specification, unless there is a queue where that has a gap (see balloon_index()).
 */
unsigned balloon_place(const struct test_run *t, enum balloon_queue queue);

/*
 * Sends an array of page numbers, page by page from `pages` on, every `stride`-th, and
 * waits. False when it is not used in time.
 */
bool balloon_tell(struct test_run *t, unsigned queue, const uint8_t *pages, unsigned count,
		  unsigned stride);

#endif
