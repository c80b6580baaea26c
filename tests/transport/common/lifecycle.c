/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers outlive what the host does to the whole machine: what a driver has set, and what it was shown. */
#include "tests/harness/drive/lifecycle.h"
#include "tests/harness/subject/contact.h"
#include "tests/transport/common/transport.h"
#include "virtio/ring/queue.h"
#include "virtio/transport.h"

#define QUEUES_COMPARED 16u
#define FEATURE_WORDS   2u

#define ACROSS_MS       60000

/* What a device holds of a set-up, as far as its transport can tell. */
struct settings {
	uint8_t status;
	uint32_t offered[FEATURE_WORDS], accepted[FEATURE_WORDS];
	unsigned queues;
	uint16_t configuration_entry;
	struct {
		uint16_t size, enabled, entry;
		uint64_t areas[AREA_DEVICE + 1];
	} queue[QUEUES_COMPARED];
	uint32_t generation;
	uint64_t fields[FIELDS_REMEMBERED];
};

static void note_queue(struct virtio_device *device, struct settings *now, unsigned n)
{
	const struct virtio_transport *transport = device->transport;

	transport->select_queue(device, n);
	now->queue[n].size = transport->queue_size(device);
	if (transport->queue_enabled)
		now->queue[n].enabled = transport->queue_enabled(device);
	if (transport->messages && device->vectors)
		now->queue[n].entry = transport->messages->queue_entry(device);
	for (enum queue_area area = AREA_DESCRIPTOR; transport->queue_area && area <= AREA_DEVICE;
	     area++)
		now->queue[n].areas[area] = transport->queue_area(device, area);
}

static void note_configuration(struct virtio_device *device, struct settings *now)
{
	unsigned place;

	if (device->transport->generation)
		now->generation = device->transport->generation(device);
	for_each_config_field(field, device)
	{
		if (field_is_settled(device, field, &place))
			now->fields[place] = config_read_at(device, field->offset, field->width);
	}
}

static void note_settings(struct virtio_device *device, struct settings *now)
{
	const struct virtio_transport *transport = device->transport;

	*now = (struct settings){.status = transport->get_status(device),
				 .queues = transport->queue_count(device)};
	for (unsigned word = 0; word < FEATURE_WORDS; word++) {
		now->offered[word] = transport->offered_features(device, word);
		if (transport->held_features)
			now->accepted[word] = transport->held_features(device, word);
	}
	if (transport->messages && device->vectors)
		now->configuration_entry = transport->messages->configuration_entry(device);
	for (unsigned n = 0; n < MINIMUM(now->queues, QUEUES_COMPARED); n++)
		note_queue(device, now, n);
	note_configuration(device, now);
}

static void compare_queues(struct test_run *t, const struct settings *before,
			   const struct settings *after, const char *words)
{
	static const char *const areas[] = {"descriptor", "driver", "device"};

	for (unsigned n = 0; n < MINIMUM(before->queues, QUEUES_COMPARED); n++) {
		CHECK(t, SANE_15, after->queue[n].size == before->queue[n].size,
		      "%s, and the size of queue %u is %u, and was %u", words, n,
		      after->queue[n].size, before->queue[n].size);
		CHECK(t, SANE_15, after->queue[n].enabled == before->queue[n].enabled,
		      "%s, and queue %u reads %u as enabled, and read %u", words, n,
		      after->queue[n].enabled, before->queue[n].enabled);
		CHECK(t, SANE_15, after->queue[n].entry == before->queue[n].entry,
		      "%s, and the vector of queue %u reads %#x, and read %#x", words, n,
		      after->queue[n].entry, before->queue[n].entry);
		for (enum queue_area area = AREA_DESCRIPTOR; area <= AREA_DEVICE; area++)
			CHECK(t, SANE_15,
			      after->queue[n].areas[area] == before->queue[n].areas[area],
			      "%s, and the %s area of queue %u is at %#lx, and was at %#lx", words,
			      areas[area], n, after->queue[n].areas[area],
			      before->queue[n].areas[area]);
	}
}

/* What the device changes by itself, with another generation, is its own affair. */
static void compare_configuration(struct test_run *t, const struct settings *before,
				  const struct settings *after, const char *words)
{
	unsigned place;

	for_each_config_field(field, t->device)
	{
		if (!field_is_settled(t->device, field, &place) ||
		    (t->device->transport->generation && after->generation != before->generation))
			continue;
		CHECK(t, SANE_15, after->fields[place] == before->fields[place],
		      "%s, and %s reads %#lx, and read %#lx; the generation of the configuration is "
		      "%u both times",
		      words, field->name, after->fields[place], before->fields[place],
		      after->generation);
	}
}

static void settings_across(struct test_run *t, const struct lifecycle_event *event)
{
	struct settings before, after;
	const char *words = event->words;

	need_lifecycle(t, event);
	bring_up(t);
	note_settings(t->device, &before);
	live_through(t, event);
	note_settings(t->device, &after);
	/* What lost that has lost all. */
	INSIST(t, SANE_15, after.status == before.status,
	       "%s, and device_status is %#x, and was %#x", words, after.status, before.status);
	for (unsigned word = 0; word < FEATURE_WORDS; word++) {
		CHECK(t, SANE_15, after.offered[word] == before.offered[word],
		      "%s, and %#x is offered in feature word %u, and was %#x", words,
		      after.offered[word], word, before.offered[word]);
		CHECK(t, SANE_15, after.accepted[word] == before.accepted[word],
		      "%s, and feature word %u of the driver reads %#x, and read %#x", words, word,
		      after.accepted[word], before.accepted[word]);
	}
	CHECK(t, SANE_15, after.queues == before.queues, "%s, and there are %u queues, and were %u",
	      words, after.queues, before.queues);
	CHECK(t, SANE_15, after.configuration_entry == before.configuration_entry,
	      "%s, and config_msix_vector reads %#x, and read %#x", words,
	      after.configuration_entry, before.configuration_entry);
	compare_queues(t, &before, &after, words);
	compare_configuration(t, &before, &after, words);
}

TEST(lifecycle, registers_outlive_a_pause,
     .about = "status, features, queues and configuration read the same across a pause",
     .needs = NEEDS_HOST, .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	settings_across(t, &machine_paused);
}

TEST(lifecycle, registers_outlive_a_restore,
     .about = "status, features, queues and configuration read the same in the restored machine",
     .needs = NEEDS_HOST, .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	settings_across(t, &machine_restored);
}

TEST(lifecycle, registers_outlive_a_migration,
     .about = "status, features, queues and configuration read the same across a migration",
     .needs = NEEDS_HOST, .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	settings_across(t, &machine_migrated);
}

/* One buffer is used that the device has to tell of, and nobody reads the interrupt status. */
static void leave_interrupt(struct test_run *t)
{
	struct virtqueue *queue = work_queue(t);
	struct completion completion;

	gather_interrupt_status(t->device, 0);
	virtqueue_arm(queue, 0);
	submit(t, queue, new_request(t, random_next(&t->random)));
	INSIST(t, SANE_1, await_completion(t, queue, &completion),
	       "queue %u: %s is not completed in time", queue->index, t->workload->about);
}

static void interrupt_across(struct test_run *t, const struct lifecycle_event *event)
{
	struct virtio_device *device = t->device;

	need_lifecycle(t, event);
	CAN_JUDGE(t, device->has_line, "the device has no line");
	bring_up_unheard(t);
	leave_interrupt(t);
	CAN_JUDGE(t, gather_interrupt_status(device, VIRTIO_INTERRUPT_USED) & VIRTIO_INTERRUPT_USED,
		  "the interrupt status shows no used buffer, whatever happens");
	leave_interrupt(t);
	live_through(t, event);
	CHECK(t, SANE_15,
	      gather_interrupt_status(device, VIRTIO_INTERRUPT_USED) & VIRTIO_INTERRUPT_USED,
	      "a buffer was used, then %s, and the interrupt status shows no used buffer",
	      event->words);
}

TEST(lifecycle, interrupt_status_outlives_a_pause,
     .about = "a queue bit that nobody has read stands in the interrupt status across a pause",
     .needs = NEEDS_WORK | NEEDS_HOST, .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	interrupt_across(t, &machine_paused);
}

TEST(lifecycle, interrupt_status_outlives_a_restore,
     .about =
	     "a queue bit that nobody has read stands in the interrupt status of the restored machine",
     .needs = NEEDS_WORK | NEEDS_HOST, .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	interrupt_across(t, &machine_restored);
}

TEST(lifecycle, interrupt_status_outlives_a_migration,
     .about = "a queue bit that nobody has read stands in the interrupt status across a migration",
     .needs = NEEDS_WORK | NEEDS_HOST, .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	interrupt_across(t, &machine_migrated);
}
