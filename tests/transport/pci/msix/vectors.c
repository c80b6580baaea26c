/* SPDX-License-Identifier: BSD-2-Clause */
/* Which table entry an event uses: the vector registers (virtio 1.4, 4.1.5.1.2). */
#include "pci/intx.h"
#include "tests/harness/subject/subject.h"
#include "tests/interrupt/interrupt.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/registers.h"

#define ENTRIES_TRIED 8
#define ROUNDS        8

/* The device with MSI-X on and its features accepted, no queue set up. */
static void open_registers(struct test_run *t)
{
	INSIST(t, SANE_4, negotiate(t, features_for(t)), "FEATURES_OK reads back clear");
	msix_enable(&virtio_pci(t->device)->msix, true);
}

static uint16_t map_queue(struct virtio_device *device, unsigned queue, uint16_t entry)
{
	device->transport->select_queue(device, queue);
	common_write(device, queue_msix_vector, entry);
	return common_read(device, queue_msix_vector);
}

static uint16_t queue_mapping(struct virtio_device *device, unsigned queue)
{
	device->transport->select_queue(device, queue);
	return common_read(device, queue_msix_vector);
}

static uint16_t map_config(struct virtio_device *device, uint16_t entry)
{
	common_write(device, config_msix_vector, entry);
	return common_read(device, config_msix_vector);
}

/* The nth entry to try out of a table that may be large: the first ones and the last. */
static uint16_t entry_to_try(const struct msix *msix, unsigned n)
{
	return (uint16_t)(n + 1 < ENTRIES_TRIED ? n : msix->entries - 1);
}

static unsigned entries_to_try(const struct msix *msix)
{
	return MINIMUM(msix->entries, (unsigned)ENTRIES_TRIED);
}

/* How an event takes the entries of the table while no other is mapped. */
struct mappings {
	unsigned taken,
		failed; /* read back as written, and as NO_VECTOR: a failure may be reported */
	bool astray;    /* an entry reads back as something else */
	uint16_t wanted, got;
};

/* queue: -1 for the configuration. */
static struct mappings try_entries(struct virtio_device *device, int queue)
{
	struct mappings mappings = {0};

	for (unsigned n = 0; n < entries_to_try(&virtio_pci(device)->msix); n++) {
		uint16_t entry = entry_to_try(&virtio_pci(device)->msix, n);
		uint16_t got = queue < 0 ? map_config(device, entry)
					 : map_queue(device, (unsigned)queue, entry);

		mappings.taken += got == entry;
		mappings.failed += got == VIRTIO_MSI_NO_VECTOR;
		if (got == entry || got == VIRTIO_MSI_NO_VECTOR)
			continue;
		mappings.astray = true;
		mappings.wanted = entry;
		mappings.got = got;
	}
	return mappings;
}

TEST(interrupt, every_event_maps_to_every_entry,
     .about = "each vector register takes each entry of the table, and NO_VECTOR, and reads back",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_MSIX_12, PCI_MSIX_5, PCI_MSIX_6, PCI_MSIX_7))
{
	struct virtio_device *device = t->device;
	unsigned tried = entries_to_try(&virtio_pci(device)->msix);

	open_registers(t);
	for (int queue = -1; queue < (int)offered_queues(device); queue++) {
		struct mappings mappings = try_entries(device, queue);
		uint16_t got;

		if (queue < 0) {
			CHECK(t, PCI_MSIX_6, mappings.taken && !mappings.astray,
			      "config_msix_vector takes %u of %u entries; %#x reads %#x",
			      mappings.taken, tried, mappings.wanted, mappings.got);
			got = map_config(device, VIRTIO_MSI_NO_VECTOR);
		} else {
			CHECK(t, PCI_MSIX_5, mappings.taken && !mappings.astray,
			      "queue %d: queue_msix_vector takes %u of %u entries; %#x reads %#x",
			      queue, mappings.taken, tried, mappings.wanted, mappings.got);
			got = map_queue(device, (unsigned)queue, VIRTIO_MSI_NO_VECTOR);
		}
		CHECK(t, PCI_MSIX_12, !mappings.failed,
		      "event %d (-1: configuration) cannot be mapped to %u of %u entries", queue,
		      mappings.failed, tried);
		CHECK(t, PCI_MSIX_7, got == VIRTIO_MSI_NO_VECTOR,
		      "event %d (-1: configuration): the register reads %#x after NO_VECTOR was "
		      "written",
		      queue, got);
	}
}

TEST(interrupt, vector_registers_are_each_queue_s_own,
     .about = "all events mapped at once, to different entries and to one, read back as mapped",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_MSIX_12, PCI_MSIX_13, PCI_MSIX_8))
{
	struct virtio_device *device = t->device;
	unsigned entries = virtio_pci(device)->msix.entries;

	open_registers(t);
	for (unsigned spread = 0; spread < 2; spread++) {
		uint16_t config = map_config(device, 0);

		CHECK(t, PCI_MSIX_12, config != VIRTIO_MSI_NO_VECTOR,
		      "the configuration cannot be mapped to entry 0");
		for (unsigned queue = 0; queue < offered_queues(device); queue++) {
			uint16_t entry = (uint16_t)(spread ? (queue + 1) % entries : entries - 1);
			uint16_t got = map_queue(device, queue, entry);

			CHECK(t, PCI_MSIX_12, got != VIRTIO_MSI_NO_VECTOR,
			      "queue %u cannot be mapped to entry %u", queue, entry);
			CHECK(t, PCI_MSIX_13, got == entry || got == VIRTIO_MSI_NO_VECTOR,
			      "queue %u: queue_msix_vector reads %#x after %#x was written", queue,
			      got, entry);
		}
		for (unsigned queue = 0; queue < offered_queues(device); queue++) {
			uint16_t entry = (uint16_t)(spread ? (queue + 1) % entries : entries - 1);
			uint16_t got = queue_mapping(device, queue);

			CHECK(t, PCI_MSIX_8, got == entry || got == VIRTIO_MSI_NO_VECTOR,
			      "queue %u: queue_msix_vector reads %#x, it was mapped to %#x", queue,
			      got, entry);
		}
		CHECK(t, PCI_MSIX_8, common_read(device, config_msix_vector) == config,
		      "config_msix_vector reads %#x, it was %#x when mapped to 0",
		      common_read(device, config_msix_vector), config);
	}
}

TEST(interrupt, entries_beyond_the_table_cannot_be_mapped,
     .about = "an entry that the table does not have is refused by reading NO_VECTOR",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_MSIX_13))
{
	struct virtio_device *device = t->device;
	/* 0x800 and more are no entry numbers at all (4.1.5.1.2), so nothing is said of them. */
	const unsigned beyond[] = {virtio_pci(device)->msix.entries,
				   virtio_pci(device)->msix.entries + 1, 0x7ff};

	open_registers(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(beyond); n++) {
		uint16_t got;

		if (beyond[n] < virtio_pci(device)->msix.entries || beyond[n] > 0x7ff)
			continue;
		got = map_queue(device, 0, (uint16_t)beyond[n]);
		CHECK(t, PCI_MSIX_13, got == VIRTIO_MSI_NO_VECTOR,
		      "queue 0: queue_msix_vector reads %#x after %#x, the table has %u entries",
		      got, beyond[n], virtio_pci(device)->msix.entries);
		got = map_config(device, (uint16_t)beyond[n]);
		CHECK(t, PCI_MSIX_13, got == VIRTIO_MSI_NO_VECTOR,
		      "config_msix_vector reads %#x after %#x, the table has %u entries", got,
		      beyond[n], virtio_pci(device)->msix.entries);
	}
}

static void check_unmapped(struct test_run *t, const char *when)
{
	struct virtio_device *device = t->device;
	uint64_t got = common_read(device, config_msix_vector);

	CHECK(t, PCI_MSIX_11, got == VIRTIO_MSI_NO_VECTOR, "config_msix_vector reads %#lx %s", got,
	      when);
	for (unsigned queue = 0; queue < offered_queues(device); queue++) {
		got = queue_mapping(device, queue);
		CHECK(t, PCI_MSIX_10, got == VIRTIO_MSI_NO_VECTOR,
		      "queue %u: queue_msix_vector reads %#lx %s", queue, got, when);
	}
}

static void map_all(struct virtio_device *device)
{
	map_config(device, 0);
	for (unsigned queue = 0; queue < offered_queues(device); queue++)
		map_queue(device, queue, (uint16_t)(queue % virtio_pci(device)->msix.entries));
}

TEST(interrupt, reset_unmaps_every_event,
     .about = "after a reset every vector register reads NO_VECTOR", .needs = NEEDS_MSIX,
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_MSIX_10, PCI_MSIX_11, PCI_MSIX_9, RESET_1))
{
	struct virtio_device *device = t->device;

	msix_enable(&virtio_pci(device)->msix, true);
	CHECK(t, PCI_MSIX_9, common_read(device, config_msix_vector) == VIRTIO_MSI_NO_VECTOR,
	      "config_msix_vector reads %#x before it was written",
	      common_read(device, config_msix_vector));
	open_registers(t);
	map_all(device);
	INSIST(t, RESET_1, virtio_reset(device), "%s", device->problem);
	check_unmapped(t, "after a reset before DRIVER_OK");
	open_registers(t);
	map_all(device);
	virtio_add_status(device, VIRTIO_STATUS_DRIVER_OK);
	INSIST(t, RESET_1, virtio_reset(device), "%s", device->problem);
	check_unmapped(t, "after a reset behind DRIVER_OK");
}

/*
 * Sets up the queues of the workload, and enables all but the one that it works with: whatever a queue is
 * mapped to is written before queue_enable (4.1.4.3.2).
 */
static struct virtqueue *set_up_held(struct test_run *t)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST];
	struct virtio_device *device = t->device;

	INSIST(t, SANE_4, negotiate(t, features_for(t)), "FEATURES_OK reads back clear");
	for (unsigned n = 0; n < t->workload->queues; n++)
		requests[n] = (struct virtqueue_request){.held = n == t->workload->queue};
	find_queues(t, device, t->workload->queues, requests, t->variant.interrupts);
	return work_queue(t);
}

static void enable(struct virtqueue *queue)
{
	queue->device->transport->select_queue(queue->device, queue->index);
	common_write(queue->device, queue_enable, 1);
}

/* The queue of the workload set up on an entry of our choice, DRIVER_OK set. */
static struct virtqueue *bring_up_on(struct test_run *t, uint16_t entry)
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;
	struct msi_message message;

	queue = set_up_held(t);
	if (!interrupt_message(queue->cpu, queue->vector, MSI_PHYSICAL, &message))
		skip_test(t, "CPU %u cannot be named in a message", queue->cpu);
	msix_mask_entry(&virtio_pci(device)->msix, entry, true);
	msix_write_entry(&virtio_pci(device)->msix, entry, message.address, message.data);
	msix_mask_entry(&virtio_pci(device)->msix, entry, false);
	queue->entry = map_queue(device, queue->index, entry);
	if (queue->entry == VIRTIO_MSI_NO_VECTOR)
		skip_test(t, "queue %u cannot be mapped to entry %u", queue->index, entry);
	INSIST(t, PCI_MSIX_8, queue->entry == entry,
	       "queue %u: queue_msix_vector reads %#x after %#x", queue->index, queue->entry,
	       entry);
	enable(queue);
	go_live(t);
	return queue;
}

TEST(interrupt, every_entry_delivers,
     .about = "a queue mapped to any entry, the last one too, is announced by that entry's message",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_MSIX_3, PCI_MSIX_8, PCI_MSIX_TXT_1))
{
	struct virtio_device *device = t->device;

	for (unsigned n = 0; n < entries_to_try(&virtio_pci(device)->msix); n++) {
		uint16_t entry = entry_to_try(&virtio_pci(device)->msix, n);
		struct virtqueue *queue = bring_up_on(t, entry);
		struct mark mark = mark_arrivals(queue);
		bool came = complete_with_message(t, queue);

		if (entry == virtio_pci(device)->msix.entries - 1u)
			CHECK(t, PCI_MSIX_3, came,
			      "the last entry, %u, is taken and sends no message", entry);
		CHECK(t, PCI_MSIX_TXT_1, came && !arrivals_elsewhere(queue, &mark),
		      "queue %u on entry %u: %lu messages on its vector, %lu on others",
		      queue->index, entry, arrivals_own(queue, &mark),
		      arrivals_elsewhere(queue, &mark));
		fence_by_reset(t);
		virtio_give_back_queues(device);
	}
}

TEST(interrupt, queue_moves_to_another_entry,
     .about = "a queue mapped to another entry while it works is announced there from then on",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_MSIX_8, PCI_MSIX_TXT_1))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;
	uint16_t first;
	uint64_t first_count;

	if (virtio_pci(device)->msix.entries < 2)
		skip_test(t, "the table has one entry only");
	bring_up(t);
	queue = work_queue(t);
	first = (uint16_t)queue->entry;
	complete_with_message(t, queue);
	settle_interrupts();
	first_count = interrupt_count(queue->vector);
	for (unsigned n = 0; n < 4; n++) {
		uint16_t entry = n % 2 ? first : 0;
		unsigned vector = queue->vector, before = queue->entry;
		struct mark mark;
		bool came;

		queue->entry = map_queue(device, queue->index, entry);
		if (queue->entry == before || queue->entry == VIRTIO_MSI_NO_VECTOR)
			skip_test(t, "an enabled queue keeps its vector");
		CHECK(t, PCI_MSIX_8, queue->entry == entry,
		      "queue %u: queue_msix_vector reads %#x after %#x was written", queue->index,
		      queue->entry, entry);
		queue->vector = entry ? vector : device->config_vector;
		mark = mark_arrivals(queue);
		came = complete_with_message(t, queue);
		settle_interrupts();
		/* A device may take the vector once, when the queue is enabled: 4.1.4.3.2. */
		if (n == 0 && interrupt_count(vector) > first_count)
			skip_test(t, "an enabled queue keeps its vector");
		CHECK(t, PCI_MSIX_TXT_1,
		      came && arrivals_own(queue, &mark) && !arrivals_elsewhere(queue, &mark),
		      "queue %u moved to entry %u: %lu messages on its vector, %lu on others",
		      queue->index, entry, arrivals_own(queue, &mark),
		      arrivals_elsewhere(queue, &mark));
		queue->vector = vector;
	}
}

TEST(interrupt, unmapped_queue_is_silent,
     .about = "with MSI-X on, a queue on NO_VECTOR uses buffers without message and without pin",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_EVENT_IDX, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_MSIX_TXT_2, PCI_USEDINT_1))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;
	unsigned pin = 0;
	uint64_t arrivals;

	queue = set_up_held(t);
	CHECK(t, PCI_MSIX_TXT_2,
	      map_queue(device, queue->index, VIRTIO_MSI_NO_VECTOR) == VIRTIO_MSI_NO_VECTOR,
	      "queue %u: queue_msix_vector reads %#x after NO_VECTOR was written", queue->index,
	      queue_mapping(device, queue->index));
	enable(queue);
	if (device->line_known)
		pin = device->transport->line->claim(device, 0);
	go_live(t);
	arrivals = arrivals_of_queues(device);
	for (unsigned n = 0; n < ROUNDS; n++) {
		virtqueue_arm(queue, 0);
		complete_one(t, queue);
	}
	fence_by_reset(t);
	arrivals = arrivals_of_queues(device) - arrivals;
	CHECK(t, PCI_USEDINT_1, !arrivals,
	      "queue %u is on NO_VECTOR, %u buffers were used, %lu interrupts came", queue->index,
	      ROUNDS, arrivals);
	if (pin) {
		device->transport->line->release(device);
		interrupt_free(pin);
	}
}

TEST(interrupt, unmapped_queue_leaves_no_pending_bit,
     .about = "a queue on NO_VECTOR sets no pending bit while all entries are masked",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_MSIX_TXT_2))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	struct virtqueue *queue;

	queue = set_up_held(t);
	map_queue(t->device, queue->index, VIRTIO_MSI_NO_VECTOR);
	enable(queue);
	go_live(t);
	msix_function_mask(msix, true);
	for (unsigned n = 0; n < ROUNDS; n++) {
		virtqueue_arm(queue, 0);
		complete_one(t, queue);
	}
	settle_interrupts();
	for (unsigned entry = 0; entry < msix->entries; entry++)
		CHECK(t, PCI_MSIX_TXT_2, !msix_pending(msix, entry),
		      "queue %u is on NO_VECTOR, and its buffers made entry %u pending",
		      queue->index, entry);
}
