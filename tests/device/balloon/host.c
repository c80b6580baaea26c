/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host wants of a balloon: a target, and statistics (virtio 1.4, 5.5.6, 5.5.6.3). */
#include "arch/interrupt.h"
#include "lib/string.h"
#include "tests/device/balloon/pages.h"
#include "tests/harness/drive/ask.h"

/* How often a configuration change was notified so far; as a level, not a count, on the pin. */
static uint64_t notified(struct test_run *t)
{
	if (t->device->mode == INTERRUPT_INTX)
		return (t->device->isr_seen & VIRTIO_INTERRUPT_CONFIGURATION) != 0;
	return interrupt_count(t->device->config_vector);
}

struct expectation {
	struct test_run *t;
	uint64_t arrivals, num_pages;
};

static bool came(void *context)
{
	const struct expectation *expectation = context;

	return notified(expectation->t) > expectation->arrivals;
}

static bool shown(void *context)
{
	const struct expectation *expectation = context;

	return BALLOON_CONFIG(expectation->t, num_pages) != expectation->num_pages;
}

/* Asks for a target; num_pages after it has changed. *announced: whether that was notified. */
static uint64_t set_target(struct test_run *t, uint64_t bytes, bool *announced)
{
	struct expectation expectation = {.t = t, .num_pages = BALLOON_CONFIG(t, num_pages)};
	struct ask ask = ask_for("balloon", t->device);

	t->device->isr_seen = 0;
	expectation.arrivals = notified(t);
	ask_number(&ask, "bytes", bytes);
	ask_or_skip(t, &ask);
	*announced = wait_until(came, &expectation, clock_deadline(PATIENCE_NS));
	wait_until(shown, &expectation, clock_deadline(PATIENCE_NS));
	return BALLOON_CONFIG(t, num_pages);
}

TEST(balloon, targets_are_announced,
     .about = "num_pages follows the host's target, in pages of 4096 bytes, with a notification",
     .type = VIRTIO_TYPE_BALLOON, .needs = NEEDS_HOST, .judges = CLAUSES(BALLOON_FLOW_1))
{
	bool first_announced, second_announced, back;
	uint64_t first, second;

	if (t->variant.interrupts == INTERRUPT_NONE)
		skip_test(t, "the device has no interrupts");
	bring_up(t);
	first = set_target(t, 16 * MIB, &first_announced);
	second = set_target(t, 15 * MIB, &second_announced);
	set_target(t, 1ull << 40, &back);
	CHECK(t, BALLOON_FLOW_1, first_announced && second_announced,
	      "the host set a target, and no configuration change was notified");
	CHECK(t, BALLOON_FLOW_1, second - first == MIB / VIRTIO_BALLOON_PAGE,
	      "for 1 MiB less num_pages changed from %lu to %lu", first, second);
}

#define VALUES 4

/* Known values under known tags, shuffled, with tags that no device knows among them. */
static const struct {
	uint16_t tag;
	uint64_t value;
	const char *told; /* how the answer has to show it; NULL: the tag is unknown */
} statistics[VALUES] = {
	{VIRTIO_BALLOON_S_MEMTOT, 0x1234567, "19088743"},
	{0x7fff, 0x7654321, NULL},
	{VIRTIO_BALLOON_S_SWAP_IN, 0x2345678, "36984440"},
	{VIRTIO_BALLOON_S_MEMFREE, 0x3456789, "54880137"},
};

static bool contains(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text; text++) {
		if (strncmp(text, part, length) == 0)
			return true;
	}
	return false;
}

static struct request *post_statistics(struct test_run *t)
{
	struct virtio_balloon_stat *stats =
		test_memory(t, "statistics", VALUES * sizeof(*stats), 8);
	struct request *request = test_memory(t, "request", sizeof(*request), 8);

	for (unsigned n = 0; n < VALUES; n++)
		stats[n] = (struct virtio_balloon_stat){to_le16(statistics[n].tag),
							to_le64(statistics[n].value)};
	*request = (struct request){.out = (uint8_t *)stats,
				    .out_length = VALUES * (uint32_t)sizeof(*stats)};
	submit(t, t->device->queues[BALLOON_STATS_QUEUE], request);
	return request;
}

TEST(balloon, statistics_reach_the_host,
     .about = "the host sees known statistics in any order, and asks by using the buffer",
     .type = VIRTIO_TYPE_BALLOON, .needs = NEEDS_HOST, .timeout = 10 * NANOSECONDS_A_SECOND,
     WITH_FEATURE(VIRTIO_BALLOON_F_STATS_VQ),
     .judges = CLAUSES(BALLOON_STATQ_1, BALLOON_STATQ_2, BALLOON_STATS_1, BALLOON_STATS_2))
{
	struct virtqueue *queue;
	struct completion completion;
	struct ask ask = ask_for("balloon-stats", t->device);
	char text[1024];
	bool all = true;

	balloon_up(t, 0);
	queue = t->device->queues[BALLOON_STATS_QUEUE];
	post_statistics(t);
	ask_text_or_skip(t, &ask, text, sizeof(text));
	for (unsigned n = 0; n < VALUES; n++) {
		if (statistics[n].told)
			all = all && contains(text, statistics[n].told);
	}
	CHECK(t, BALLOON_STATS_2, all, "the host does not see all statistics: %s", text);
	CHECK(t, BALLOON_STATS_1, all && !contains(text, "124076833"),
	      "the host sees what it cannot know, or not what it does: %s", text);
	CHECK(t, BALLOON_STATQ_1, await_announced(t, queue, &completion),
	      "the host asked for statistics, and the waiting buffer was not used");
	post_statistics(t);
	balloon_settle();
	CHECK(t, BALLOON_STATQ_2, !virtqueue_used_pending(queue),
	      "no one asks for statistics, and the buffer that holds them was used");
}
