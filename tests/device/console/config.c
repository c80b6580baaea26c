/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues and configuration of a console device (virtio 1.4, 5.3.2, 5.3.4). */
#include "arch/interrupt.h"
#include "tests/device/console/console.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/subject/subject.h"

static uint16_t queue_size(struct test_run *t, unsigned queue)
{
	CAN_JUDGE(t, virtio_select_queue(t->device, queue),
		  "queue_select does not take %u: queue_size would be another queue's", queue);
	return t->device->transport->queue_size(t->device);
}

static void check_first_pair(struct test_run *t, const char *when)
{
	for (unsigned n = 0; n < 2; n++)
		CHECK(t, CONSOLE_VQ_1, queue_size(t, n) != 0, "%s: the size of queue %u reads 0",
		      when, n);
}

static void take_features(struct test_run *t, bool multiport)
{
	struct features features = features_for(t);

	if (multiport)
		features_add(&features, VIRTIO_CONSOLE_F_MULTIPORT);
	accept_features(t, t->device, features);
}

TEST(console, first_port_has_queues, .about = "queues 0 and 1 exist, whatever is negotiated",
     .type = VIRTIO_TYPE_CONSOLE, .judges = CLAUSES(CONSOLE_VQ_1, RESET_1))
{
	check_first_pair(t, "after reset");
	take_features(t, false);
	check_first_pair(t, "without MULTIPORT");
	if (!features_have(&t->device->offered, VIRTIO_CONSOLE_F_MULTIPORT))
		return;
	INSIST(t, RESET_1, virtio_reset(t->device), "%s", t->device->problem);
	take_features(t, true);
	check_first_pair(t, "with MULTIPORT");
}

TEST(console, single_port_has_no_more_queues,
     .about = "a device that does not offer MULTIPORT has the queues 0 and 1 alone",
     .type = VIRTIO_TYPE_CONSOLE, .judges = CLAUSES(CONSOLE_VQ_2))
{
	if (features_have(&t->device->offered, VIRTIO_CONSOLE_F_MULTIPORT))
		skip_test(t, "VIRTIO_CONSOLE_F_MULTIPORT is offered");
	take_features(t, false);
	for (unsigned n = 2; n < MAXIMUM(offered_queues(t->device), 4u); n++)
		CHECK(t, CONSOLE_VQ_2, queue_size(t, n) == 0, "the size of queue %u reads %u", n,
		      queue_size(t, n));
}

TEST(console, every_port_has_queues,
     .about = "max_nr_ports is at least 1, and each of so many ports has its two queues",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT),
     .judges = CLAUSES(CONSOLE_CFG_2, CONSOLE_VQ_3))
{
	uint32_t ports, queues;

	take_features(t, true);
	ports = console_config(t->device, max_nr_ports);
	queues = 2 * ports + 2;
	CHECK(t, CONSOLE_CFG_2,
	      ports >= 1 && queues <= t->device->transport->queue_count(t->device),
	      "max_nr_ports reads %u, which takes %u queues; num_queues reads %u", ports, queues,
	      t->device->transport->queue_count(t->device));
	for (unsigned n = 0; n < queues && n < VIRTIO_QUEUES_MOST; n++)
		CHECK(t, CONSOLE_VQ_3, queue_size(t, n) != 0,
		      "with %u ports the size of queue %u reads 0", ports, n);
}

#define COLUMNS 91u
#define ROWS    33u

/* The listing of 1.4 has rows before cols, everything else cols before rows: either will do. */
static bool shows_size(void *context)
{
	struct virtio_device *device = context;
	uint32_t first = console_config(device, cols), second = console_config(device, rows);

	return (first == COLUMNS && second == ROWS) || (first == ROWS && second == COLUMNS);
}

static void ask_for_size(struct test_run *t)
{
	struct ask ask = ask_for("console-size", t->device);

	ask_number(&ask, "port", 0);
	ask_number(&ask, "cols", COLUMNS);
	ask_number(&ask, "rows", ROWS);
	ask_or_skip(t, &ask);
}

TEST(console, size_changes_are_told,
     .about =
	     "cols and rows follow the size of the console, with a configuration change notification",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_CONFIG | NEEDS_HOST | NEEDS_MSIX,
     WITH_FEATURE(VIRTIO_CONSOLE_F_SIZE), .judges = CLAUSES(CONSOLE_CFG_1, CONSOLE_OP_5, SANE_10))
{
	struct features features = NO_FEATURES;
	struct virtio_device *device = t->device;
	uint64_t arrivals;
	bool shown;

	features_add(&features, VIRTIO_CONSOLE_F_SIZE);
	console_start(t, device, features, true);
	arrivals = interrupt_count(device->config_vector);
	ask_for_size(t);
	shown = wait_until(shows_size, device, clock_deadline(PATIENCE_NS));
	CHECK(t, CONSOLE_CFG_1, shown, "a console of %u columns and %u rows reads as %u and %u",
	      COLUMNS, ROWS, console_config(device, cols), console_config(device, rows));
	CHECK(t, CONSOLE_OP_5, await_interrupts(device->config_vector, arrivals + 1),
	      "no configuration change was notified");
}
