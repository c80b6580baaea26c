/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration changes, which the host brings about, and how they are told (virtio 1.4, 4.1.5.4). */
#include "lib/string.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/run/selection.h"
#include "tests/interrupt/interrupt.h"
#include "tests/transport/common/transport.h"
#include "virtio/device/blk.h"

#define WATCH_NS 20000000ull

/* What makes the host change a device's configuration, and change it back. */
static const struct change {
	uint32_t type;
	const char *verb, *key;
	uint64_t there, back;
} changes[] = {
	{VIRTIO_TYPE_NET, "link", "up", 0, 1},
	{VIRTIO_TYPE_BLK, "resize", "bytes", 0, 0},
};

#define SECTOR 512u

static const struct change *change_of(struct test_run *t)
{
	if (t->device->type == VIRTIO_TYPE_BLK && !device_is_scratch(t->device))
		skip_test(t, "the device's data is not scratch (vp.scratch)");
	for (unsigned n = 0; n < ARRAY_LENGTH(changes); n++) {
		if (changes[n].type == t->device->type)
			return &changes[n];
	}
	skip_test(t, "no change is known that a host could make to this device type");
}

static uint64_t disk_bytes(struct virtio_device *device)
{
	return config_read(device, struct virtio_blk_config, capacity) * SECTOR;
}

struct expected_change {
	struct virtio_device *device;
	struct configuration before;
};

static bool has_changed(void *context)
{
	const struct expected_change *expected = context;
	struct configuration now;

	read_configuration(expected->device, &now);
	return !configurations_equal(&expected->before, &now);
}

/*
 * Asks for the change, or for its reverse, and waits until it shows; a disk grows and shrinks by a few
 * sectors.
 */
static void make_change(struct test_run *t, bool there)
{
	struct expected_change expected = {.device = t->device};
	const struct change *change = change_of(t);
	struct ask ask = ask_for(change->verb, t->device);
	uint64_t value = there ? change->there : change->back;

	if (change->type == VIRTIO_TYPE_BLK)
		value = there ? disk_bytes(t->device) + 8 * SECTOR
			      : disk_bytes(t->device) - 8 * SECTOR;
	ask_number(&ask, change->key, value);
	read_configuration(t->device, &expected.before);
	ask_or_skip(t, &ask);
	if (!wait_until(has_changed, &expected, clock_deadline(PATIENCE_NS)))
		skip_test(t, "the host made the change, and the configuration shows none");
}

TEST(interrupt, configuration_change_comes_by_its_entry,
     .about = "a change of the configuration makes a message of the entry in config_msix_vector",
     .needs = NEEDS_HOST | NEEDS_MSIX | NEEDS_WORK, .judges = CLAUSES(PCI_CFGINT_TXT_2))
{
	struct virtio_device *device = t->device;

	change_of(t);
	bring_up(t);
	for (unsigned there = 2; there-- > 0;) {
		uint64_t arrivals = interrupt_count(device->config_vector);

		make_change(t, there);
		CHECK(t, PCI_CFGINT_TXT_2, await_interrupts(device->config_vector, arrivals + 1),
		      "the configuration was changed, and the entry of config_msix_vector sends no "
		      "message");
	}
}

TEST(interrupt, generation_changes_with_the_configuration,
     .about = "config_generation is another one once a value that has changed was read",
     .needs = NEEDS_HOST | NEEDS_CONFIG | NEEDS_WORK, .judges = CLAUSES(PCI_COMMON_7))
{
	struct virtio_device *device = t->device;

	change_of(t);
	CAN_JUDGE(t, device->transport->generation, "its transport counts no changes");
	/* MMIO counts where something may be read half before, half after: not with a field of 16 bits (4.2.2.1). */
	CAN_JUDGE(t, (device->traits & DEVICE_OVER_PCI) || device->type == VIRTIO_TYPE_BLK,
		  "what changes is a single field of 16 bits");
	bring_up_unheard(t);
	for (unsigned there = 2; there-- > 0;) {
		struct configuration before, after;
		uint32_t generation;

		read_configuration(device, &before);
		make_change(t, there);
		read_configuration(device, &after);
		CAN_JUDGE(t, memcmp(before.bytes, after.bytes, before.length) != 0,
			  "the host made the change, and no field reads otherwise");
		/* Behind the value, not before it. */
		generation = config_generation(device);
		CHECK(t, PCI_COMMON_7, generation != before.generation,
		      "a value has changed and was read, and config_generation reads %u as before",
		      generation);
	}
}

/* All arrivals but those of queues, which may be notified needlessly: of any of their vectors. */
static uint64_t arrivals_of_no_queue(const struct virtio_device *device)
{
	uint64_t total, arrivals;

	do {
		total = arrivals = interrupt_total();
		for (unsigned n = 0; n < device->queue_count; n++) {
			const struct virtqueue *queue = device->queues[n];
			bool counted = !queue || !queue->vector;

			for (unsigned m = 0; !counted && m < n; m++)
				counted = device->queues[m] &&
					  device->queues[m]->vector == queue->vector;
			if (!counted)
				arrivals -= interrupt_count(queue->vector);
		}
	} while (interrupt_total() != total);
	return arrivals;
}

TEST(interrupt, unmapped_configuration_is_silent,
     .about = "with config_msix_vector NO_VECTOR a change makes no message and raises no pin",
     .needs = NEEDS_HOST | NEEDS_MSIX | NEEDS_WORK, .judges = CLAUSES(PCI_CFGINT_1))
{
	struct virtio_device *device = t->device;
	uint64_t arrivals, deadline;
	unsigned pin = 0;

	change_of(t);
	set_up(t, features_for(t), t->workload->queues);
	device->transport->messages->map_configuration(device, VIRTIO_MSI_NO_VECTOR);
	if (device->line_known)
		pin = device->transport->line->claim(device, 0);
	go_live(t);
	arrivals = arrivals_of_no_queue(device);
	make_change(t, true);
	make_change(t, false);
	for (deadline = clock_deadline(WATCH_NS); !clock_passed(deadline);)
		settle_interrupts();
	fence_by_reset(t);
	arrivals = arrivals_of_no_queue(device) - arrivals;
	CHECK(t, PCI_CFGINT_1, !arrivals,
	      "config_msix_vector is NO_VECTOR, the configuration was changed twice, and %lu "
	      "interrupts came",
	      arrivals);
	if (pin) {
		device->transport->line->release(device);
		interrupt_free(pin);
	}
}

static bool configuration_bit_seen(void *device)
{
	return ((struct virtio_device *)device)->isr_seen & VIRTIO_INTERRUPT_CONFIGURATION;
}

TEST(interrupt, pin_announces_configuration_changes,
     .about =
	     "with MSI-X off a change raises the pin, with the configuration bit in the ISR status",
     .needs = NEEDS_HOST | NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT,
     .judges = CLAUSES(PCI_CFGINT_TXT_1, PCI_ISR_2))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;

	change_of(t);
	bring_up(t);
	queue = work_queue(t);
	for (unsigned there = 2; there-- > 0;) {
		uint64_t arrivals = interrupt_count(queue->vector);

		device->isr_seen = 0;
		make_change(t, there);
		if (!CHECK(t, PCI_CFGINT_TXT_1, await_interrupts(queue->vector, arrivals + 1),
			   "the configuration was changed, and the pin is not raised"))
			continue;
		CHECK(t, PCI_ISR_2,
		      wait_until(configuration_bit_seen, device, clock_deadline(PATIENCE_NS)),
		      "the configuration was changed, and the handler saw ISR status %#x",
		      device->isr_seen);
	}
}

static bool interrupt_status_set(void *context)
{
	const struct virtio_device *device = context;

	return device->transport->line->is_raised(device);
}

TEST(interrupt, isr_status_gathers_both_bits,
     .about =
	     "a completion and a configuration change before the ISR status is read leave both bits",
     .needs = NEEDS_HOST | NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT,
     .judges = CLAUSES(PCI_ISR_2, PCI_ISR_3, PCI_ISR_7))
{
	struct virtio_device *device = t->device;
	uint8_t isr;

	change_of(t);
	bring_up_unheard(t);
	/* And back: a device whose link is down need not serve. */
	make_change(t, true);
	make_change(t, false);
	wait_until(interrupt_status_set, device, clock_deadline(PATIENCE_NS));
	virtqueue_arm(work_queue(t), 0);
	complete_one(t, work_queue(t));
	isr = gather_interrupt_status(device,
				      VIRTIO_INTERRUPT_CONFIGURATION | VIRTIO_INTERRUPT_USED);
	CHECK(t, PCI_ISR_2, isr & VIRTIO_INTERRUPT_CONFIGURATION,
	      "the configuration was changed, then a buffer used, and the ISR status reads %#x",
	      isr);
	CHECK(t, PCI_ISR_3, isr & VIRTIO_INTERRUPT_USED,
	      "a buffer was used after a configuration change, and the ISR status reads %#x", isr);
	isr = status_read_away(device);
	CHECK(t, PCI_ISR_7, isr == 0, "the ISR status reads %#x right after both bits were read",
	      isr);
}
