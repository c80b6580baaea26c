/* SPDX-License-Identifier: BSD-2-Clause */
/* Free page hints while the host has a use for them, as in a migration (virtio 1.4, 5.5.6.4). */
#include "arch/memory.h"
#include "tests/device/balloon/pages.h"
#include "tests/harness/drive/ask.h"

#define PAGES   16
#define WRITTEN 8 /* pages that the driver needs again */
#define ROUNDS  3
#define MORE_MS 30000 /* the host takes part, several times */

static uint32_t command_of(struct test_run *t)
{
	return (uint32_t)BALLOON_CONFIG(t, free_page_hint_cmd_id);
}

static bool is_hinting(void *t)
{
	return command_of(t) > VIRTIO_BALLOON_CMD_ID_DONE;
}

static bool is_done(void *t)
{
	return command_of(t) == VIRTIO_BALLOON_CMD_ID_DONE;
}

static void ask_for_use(struct test_run *t, bool on)
{
	struct ask ask = ask_for("hints", t->device);

	ask_number(&ask, "on", on);
	ask_or_skip(t, &ask);
}

/* A round that the host begins: the command, which is in the field. */
static uint32_t begin_round(struct test_run *t)
{
	ask_for_use(t, true);
	if (!wait_until(is_hinting, t, clock_deadline(PATIENCE_NS))) {
		ask_for_use(t, false);
		skip_test(t, "the host was asked to use hints, and the device asks for none");
	}
	return command_of(t);
}

static void end_round(struct test_run *t)
{
	ask_for_use(t, false);
	wait_until(is_done, t, clock_deadline(PATIENCE_NS));
}

static void bring_up_polled(struct test_run *t)
{
	/* QEMU serves this queue in a thread that may not raise the pin, and aborts if it has to. */
	t->variant.interrupts = INTERRUPT_NONE;
	balloon_up(t, 0);
}

/* Puts a command, or pages that are hinted under it, into the queue of hints. */
static void put(struct test_run *t, void *bytes, uint32_t length, bool pages)
{
	struct virtqueue *queue = t->device->queues[balloon_place(t, BALLOON_HINT_QUEUE)];
	struct segment segment = {physical(bytes), length, pages};

	add_segments(t, queue, &segment, 1, bytes);
	virtqueue_publish(queue);
	virtqueue_kick(queue);
}

static void put_command(struct test_run *t, uint32_t command)
{
	le32 *buffer = test_memory(t, "command id", sizeof(*buffer), 4);

	*buffer = to_le32(command);
	put(t, buffer, sizeof(*buffer), false);
}

static bool await_used(struct test_run *t)
{
	struct completion completion;

	return await_announced(t, t->device->queues[balloon_place(t, BALLOON_HINT_QUEUE)],
			       &completion);
}

TEST(balloon, hinted_pages_can_be_used_again,
     .about = "what is written to hinted pages stays, and once hinting is done so do all of them",
     .type = VIRTIO_TYPE_BALLOON, .needs = NEEDS_HOST, .timeout_ms = MORE_MS,
     WITH_FEATURE(VIRTIO_BALLOON_F_FREE_PAGE_HINT),
     .judges = CLAUSES(BALLOON_HINTQ_1, BALLOON_HINT_1, BALLOON_HINT_5, BALLOON_HINT_6, SANE_1))
{
	uint8_t *pages = balloon_pages(t, PAGES);
	uint32_t before;
	unsigned changed;
	bool used;

	bring_up_polled(t);
	before = command_of(t);
	put_command(t, begin_round(t));
	put(t, pages, PAGES * VIRTIO_BALLOON_PAGE, true);
	balloon_mark(pages, WRITTEN / 2, 5);
	used = await_used(t) && await_used(t);
	balloon_mark(pages, WRITTEN, 5);
	put_command(t, VIRTIO_BALLOON_CMD_ID_STOP);
	used = await_used(t) && used;
	end_round(t);
	CHECK(t, BALLOON_HINT_1, before <= VIRTIO_BALLOON_CMD_ID_DONE,
	      "before the host had a use for hints, the command was %#x", before);
	CHECK(t, BALLOON_HINT_6, is_done(t),
	      "the host has no more use for hints, and the command is %#x", command_of(t));
	INSIST(t, SANE_1, used, "a command or hinted pages were not used in time");
	changed = balloon_changed(pages, WRITTEN, 5);
	CHECK(t, BALLOON_HINTQ_1, changed == WRITTEN,
	      "page %u was written after it was hinted, and lost what was written", changed);
	balloon_mark(pages, PAGES, 6);
	work_once(t, 0);
	balloon_settle();
	changed = balloon_changed(pages, PAGES, 6);
	CHECK(t, BALLOON_HINT_5, changed == PAGES, "page %u changed after the command was DONE",
	      changed);
}

TEST(balloon, hint_commands_are_told_apart,
     .about = "as long as the driver does not say that it stopped, no command is given again",
     .type = VIRTIO_TYPE_BALLOON, .needs = NEEDS_HOST, .timeout_ms = MORE_MS,
     WITH_FEATURE(VIRTIO_BALLOON_F_FREE_PAGE_HINT), .judges = CLAUSES(BALLOON_HINT_2))
{
	uint32_t commands[ROUNDS];

	bring_up_polled(t);
	for (unsigned n = 0; n < ROUNDS; n++) {
		commands[n] = begin_round(t);
		put_command(t, commands[n]);
		end_round(t);
		for (unsigned m = 0; m < n; m++)
			CHECK(t, BALLOON_HINT_2, commands[m] != commands[n],
			      "command %#x of round %u is that of round %u, which never stopped",
			      commands[n], n + 1, m + 1);
	}
}
