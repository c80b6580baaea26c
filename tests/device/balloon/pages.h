/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages that the tests give to a balloon, and what stands on them. */
#ifndef TESTS_DEVICE_BALLOON_PAGES_H
#define TESTS_DEVICE_BALLOON_PAGES_H

#include "tests/harness/drive/drive.h"
#include "virtio/device/balloon.h"

#define BALLOON_CONFIG(t, field) config_read((t)->device, struct virtio_balloon_config, field)

/*
 * Brings the device up with all its own features but those of `without`, the queues that it has in
 * place. Every feature that has a queue is taken: devices number their queues by what they offer.
 */
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

/* The queue at which the device has an optional queue of its own (see balloon_index()). */
unsigned balloon_place(const struct test_run *t, enum balloon_queue queue);

/*
 * Sends an array of page numbers, page by page from `pages` on, every `stride`-th, and
 * waits. False when it is not used in time.
 */
bool balloon_tell(struct test_run *t, unsigned queue, const uint8_t *pages, unsigned count,
		  unsigned stride);

#endif
