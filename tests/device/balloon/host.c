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

#define PAGES_OF_MIB (MIB / VIRTIO_BALLOON_PAGE)

static uint32_t swapped(uint32_t value)
{
	return __builtin_bswap32(value);
}

TEST(balloon, targets_are_announced,
     .about = "num_pages follows the host's target, in pages of 4096 bytes, with a notification",
     .type = VIRTIO_TYPE_BALLOON, .needs = NEEDS_HOST,
     .judges = CLAUSES(BALLOON_CFG_LEG_1, BALLOON_FLOW_1))
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
	CHECK(t, BALLOON_CFG_LEG_1,
	      second - first == PAGES_OF_MIB ||
		      swapped((uint32_t)second) - swapped((uint32_t)first) != PAGES_OF_MIB,
	      "num_pages reads %#lx and, for 1 MiB less, %#lx: its bytes are swapped", first,
	      second);
	CHECK(t, BALLOON_FLOW_1, second - first == PAGES_OF_MIB,
	      "for 1 MiB less num_pages changed from %lu to %lu", first, second);
}

#define VALUES 4

/* A value under its tag. */
struct statistic {
	uint16_t tag;
	uint64_t value;
	const char *told; /* how the answer has to show it; NULL: the tag is unknown */
};

/* Known values under known tags, shuffled, with tags that no device knows among them. */
static const struct statistic statistics[VALUES] = {
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

/* What of `values` the host has to show is among what it shows. */
static bool shows_all(const char *text, const struct statistic values[VALUES])
{
	for (unsigned n = 0; n < VALUES; n++) {
		if (values[n].told && !contains(text, values[n].told))
			return false;
	}
	return true;
}

static void post(struct test_run *t, const struct statistic values[VALUES])
{
	struct virtio_balloon_stat *stats =
		test_memory(t, "statistics", VALUES * sizeof(*stats), 8);
	struct request *request = test_memory(t, "request", sizeof(*request), 8);

	for (unsigned n = 0; n < VALUES; n++)
		stats[n] = (struct virtio_balloon_stat){to_le16(values[n].tag),
							to_le64(values[n].value)};
	*request = (struct request){.out = (uint8_t *)stats,
				    .out_length = VALUES * (uint32_t)sizeof(*stats)};
	submit(t, t->device->queues[BALLOON_STATS_QUEUE], request);
}

#define ANSWER_SIZE 1024

/* Has the host ask for statistics; what it shows. The buffer is used then. */
static void ask_for_statistics(struct test_run *t, char text[ANSWER_SIZE])
{
	struct ask ask = ask_for("balloon-stats", t->device);
	struct completion completion;

	ask_text_or_skip(t, &ask, text, ANSWER_SIZE);
	CHECK(t, BALLOON_STATQ_1,
	      await_announced(t, t->device->queues[BALLOON_STATS_QUEUE], &completion),
	      "the host asked for statistics, and the waiting buffer was not used");
}

/* By the legacy interface the first buffer is better ignored (5.5.6.3.1): this is one for that. */
static void give_first_buffer(struct test_run *t)
{
	char text[ANSWER_SIZE];

	if (!(t->device->traits & DEVICE_LEGACY))
		return;
	post(t, statistics);
	ask_for_statistics(t, text);
}

TEST(balloon, statistics_reach_the_host,
     .about = "the host sees known statistics in any order, and asks by using the buffer",
     .type = VIRTIO_TYPE_BALLOON, .needs = NEEDS_HOST, .timeout_ms = 10000,
     WITH_FEATURE(VIRTIO_BALLOON_F_STATS_VQ),
     .judges = CLAUSES(BALLOON_STATQ_1, BALLOON_STATQ_2, BALLOON_STATS_1, BALLOON_STATS_2))
{
	char text[ANSWER_SIZE];
	bool all;

	balloon_up(t, 0);
	give_first_buffer(t);
	post(t, statistics);
	ask_for_statistics(t, text);
	all = shows_all(text, statistics);
	CHECK(t, BALLOON_STATS_2, all, "the host does not see all statistics: %s", text);
	CHECK(t, BALLOON_STATS_1, all && !contains(text, "124076833"),
	      "the host sees what it cannot know, or not what it does: %s", text);
	post(t, statistics);
	balloon_settle();
	CHECK(t, BALLOON_STATQ_2, !virtqueue_used_pending(t->device->queues[BALLOON_STATS_QUEUE]),
	      "no one asks for statistics, and the buffer that holds them was used");
}

/* What a driver might leave in its first buffer. */
static const struct statistic leftovers[VALUES] = {
	{VIRTIO_BALLOON_S_MEMTOT, 0x4567890, "72775824"},
	{VIRTIO_BALLOON_S_SWAP_IN, 0x5678901, "90671361"},
	{VIRTIO_BALLOON_S_MEMFREE, 0x6789012, "108564498"},
	{VIRTIO_BALLOON_S_SWAP_OUT, 0x7890123, "126419235"},
};

static void post_swapped(struct test_run *t)
{
	struct statistic values[VALUES];

	for (unsigned n = 0; n < VALUES; n++)
		values[n] = (struct statistic){__builtin_bswap16(statistics[n].tag),
					       __builtin_bswap64(statistics[n].value)};
	post(t, values);
}

TEST(balloon, legacy_statistics_are_native,
     .about = "the host sees statistics as the guest writes them, from the second buffer on",
     .type = VIRTIO_TYPE_BALLOON, .needs = NEEDS_HOST, .timeout_ms = 20000,
     WITH_FEATURE(VIRTIO_BALLOON_F_STATS_VQ), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(BALLOON_STATQ_1, BALLOON_STATS_LEG_1, BALLOON_STATS_LEG_2))
{
	char text[ANSWER_SIZE];
	bool native;

	balloon_up(t, 0);
	post(t, leftovers);
	ask_for_statistics(t, text);
	for (unsigned n = 0; n < VALUES; n++)
		CHECK(t, BALLOON_STATS_LEG_2, !contains(text, leftovers[n].told),
		      "the host sees %s, of the first buffer", leftovers[n].told);
	post(t, statistics);
	ask_for_statistics(t, text);
	native = shows_all(text, statistics);
	if (!native) {
		post_swapped(t);
		ask_for_statistics(t, text);
	}
	CHECK(t, BALLOON_STATS_LEG_1, native || !shows_all(text, statistics),
	      "the host sees statistics whose bytes are swapped, and no others: %s", text);
}

/* What the host takes for the size of the guest. */
static void ask_for_size(struct test_run *t, char text[ANSWER_SIZE])
{
	struct ask ask = ask_for("balloon-size", t->device);

	ask_text_or_skip(t, &ask, text, ANSWER_SIZE);
}

/* As drivers did: from the least significant byte on. */
static void write_actual(struct test_run *t, uint32_t pages, unsigned first, unsigned end)
{
	uint32_t at = offsetof(struct virtio_balloon_config, actual);

	for (unsigned n = first; n < end; n++)
		config_write_at(t->device, at + n, 1, pages >> 8 * n & 0xff);
}

TEST(balloon, legacy_actual_counts_when_whole,
     .about = "what is written to actual byte by byte counts when its last byte is written",
     .type = VIRTIO_TYPE_BALLOON, .needs = NEEDS_HOST, .traits = DEVICE_LEGACY,
     .judges = CLAUSES(BALLOON_OP_LEG_1))
{
	enum { PAGES = 0x102 };
	char before[ANSWER_SIZE], half[ANSWER_SIZE], whole[ANSWER_SIZE];

	balloon_up(t, 0);
	write_actual(t, 0, 0, sizeof(le32));
	ask_for_size(t, before);
	write_actual(t, PAGES, 0, 1);
	ask_for_size(t, half);
	write_actual(t, PAGES, 1, sizeof(le32));
	ask_for_size(t, whole);
	write_actual(t, 0, 0, sizeof(le32));
	CAN_JUDGE(t, strcmp(before, whole) != 0,
		  "%u pages in actual make no difference to the host", PAGES);
	CHECK(t, BALLOON_OP_LEG_1, strcmp(before, half) == 0,
	      "the host sees %s once the first byte of actual is written, and saw %s before", half,
	      before);
}
