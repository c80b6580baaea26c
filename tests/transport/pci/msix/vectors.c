/* SPDX-License-Identifier: BSD-2-Clause */
/* Which table entry an event uses: the vector registers (virtio 1.4, 4.1.5.1.2). */
#include "pci/intx.h"
#include "tests/harness/subject/subject.h"
#include "tests/transport/common/transport.h"
#include "tests/transport/pci/msix/msix.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/registers.h"

#define ENTRIES_TRIED 8
#define ROUNDS        8

/* The device with MSI-X on and its features accepted, no queue set up. */
static void open_registers(struct test_run *t)
{
	agree_on(t, features_for(t));
	msix_enable(&virtio_pci(t->device)->msix, true);
}

static uint16_t map_queue(struct virtio_device *device, unsigned queue, uint16_t entry)
{
	device->transport->select_queue(device, queue);
	return device->transport->messages->map_queue(device, entry);
}

static uint16_t queue_mapping(struct virtio_device *device, unsigned queue)
{
	device->transport->select_queue(device, queue);
	return device->transport->messages->queue_entry(device);
}

static uint16_t map_config(struct virtio_device *device, uint16_t entry)
{
	return device->transport->messages->map_configuration(device, entry);
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

/* What became of mapping events to the entries that are tried, each while no other event is mapped. */
struct mappings {
	uint32_t taken, refused; /* by number of the try: a failure is reported as NO_VECTOR */
	bool astray;             /* an entry reads back as something else */
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

		if (got == entry) {
			mappings.taken |= BIT(n);
		} else if (got == VIRTIO_MSI_NO_VECTOR) {
			mappings.refused |= BIT(n);
		} else {
			mappings.astray = true;
			mappings.wanted = entry;
			mappings.got = got;
		}
	}
	return mappings;
}

/* Tries the entries for one event and unmaps it; -1 is the configuration. */
static struct mappings judge_event(struct test_run *t, int queue)
{
	struct virtio_device *device = t->device;
	struct mappings mappings = try_entries(device, queue);
	uint16_t got = queue < 0 ? map_config(device, VIRTIO_MSI_NO_VECTOR)
				 : map_queue(device, (unsigned)queue, VIRTIO_MSI_NO_VECTOR);

	if (queue < 0)
		CHECK(t, PCI_MSIX_6, mappings.taken && !mappings.astray,
		      "of %u entries config_msix_vector takes %#x, as bits; %#x reads %#x",
		      entries_to_try(&virtio_pci(device)->msix), mappings.taken, mappings.wanted,
		      mappings.got);
	else
		CHECK(t, PCI_MSIX_5, mappings.taken && !mappings.astray,
		      "queue %d: of %u entries queue_msix_vector takes %#x, as bits; %#x reads %#x",
		      queue, entries_to_try(&virtio_pci(device)->msix), mappings.taken,
		      mappings.wanted, mappings.got);
	CHECK(t, PCI_MSIX_7, got == VIRTIO_MSI_NO_VECTOR,
	      "event %d (-1: configuration): the register reads %#x after NO_VECTOR was written",
	      queue, got);
	return mappings;
}

TEST(interrupt, every_event_maps_to_every_entry,
     .about = "each vector register takes entries of the table, and NO_VECTOR, and reads back",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_MSIX_12, PCI_MSIX_5, PCI_MSIX_6, PCI_MSIX_7))
{
	uint32_t taken = 0, refused = 0;

	open_registers(t);
	for (int queue = -1; queue < (int)offered_queues(t->device); queue++) {
		struct mappings mappings;

		if (queue >= 0 && !queue_is_there(t->device, (unsigned)queue))
			continue;
		mappings = judge_event(t, queue);
		taken |= mappings.taken;
		refused |= mappings.refused;
	}
	/* An entry that no event gets may be one that the device cannot serve: that is allowed. */
	CHECK(t, PCI_MSIX_12, !(taken & refused),
	      "of the entries tried %#x, as bits, are taken for one event and refused for another, each "
	      "while nothing else is mapped",
	      taken & refused);
}

#define QUEUES_LOOKED_AT 64u

/* Entry of a queue's event when all are mapped at once: each its own as far as they go, or the last. */
static uint16_t entry_of(const struct virtio_device *device, unsigned queue, bool spread)
{
	unsigned entries = virtio_pci(device)->msix.entries;

	return (uint16_t)(spread ? (queue + 1) % entries : entries - 1);
}

TEST(interrupt, vector_registers_are_each_queue_s_own,
     .about = "all events mapped at once, to different entries and to one, read back as mapped",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_MSIX_13, PCI_MSIX_8))
{
	struct virtio_device *device = t->device;
	unsigned queues = MINIMUM(offered_queues(device), QUEUES_LOOKED_AT);
	uint16_t mapped
		[QUEUES_LOOKED_AT]; /* what read back at once: NO_VECTOR where means ran out */

	open_registers(t);
	for (unsigned spread = 0; spread < 2; spread++) {
		uint16_t config = map_config(device, 0);

		for (unsigned queue = 0; queue < queues; queue++) {
			uint16_t entry = entry_of(device, queue, spread);

			if (!queue_is_there(device, queue))
				continue;
			mapped[queue] = map_queue(device, queue, entry);
			CHECK(t, PCI_MSIX_13,
			      mapped[queue] == entry || mapped[queue] == VIRTIO_MSI_NO_VECTOR,
			      "queue %u: queue_msix_vector reads %#x after %#x was written", queue,
			      mapped[queue], entry);
		}
		for (unsigned queue = queues; queue-- > 0;) {
			if (!queue_is_there(device, queue))
				continue;
			CHECK(t, PCI_MSIX_8, queue_mapping(device, queue) == mapped[queue],
			      "queue %u: queue_msix_vector reads %#x, and read %#x when %#x was written",
			      queue, queue_mapping(device, queue), mapped[queue],
			      entry_of(device, queue, spread));
		}
		CHECK(t, PCI_MSIX_8,
		      device->transport->messages->configuration_entry(device) == config,
		      "config_msix_vector reads %#x, it was %#x when mapped to 0",
		      device->transport->messages->configuration_entry(device), config);
	}
}

TEST(interrupt, entries_beyond_the_table_cannot_be_mapped,
     .about = "an entry that the table does not have is refused by reading NO_VECTOR",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_MSIX_13),
     .breaks = RULES(DRIVER_MSIX_1))
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

/*
 * Sets up the queues of the workload, and enables all but the one that it works with: whatever a queue is
 * mapped to is written before queue_enable (4.1.4.3.2).
 */
static struct virtqueue *set_up_held(struct test_run *t)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST];
	struct virtio_device *device = t->device;

	agree_on(t, features_for(t));
	for (unsigned n = 0; n < t->workload->queues; n++)
		requests[n] = (struct virtqueue_request){.held = n == t->workload->queue};
	find_queues(t, device, t->workload->queues, requests, t->variant.interrupts);
	return work_queue(t);
}

static void enable(struct virtqueue *queue)
{
	const struct virtio_transport *transport = queue->device->transport;

	transport->select_queue(queue->device, queue->index);
	/* A legacy queue is in use as soon as it has its areas. */
	if (transport->enable_queue)
		transport->enable_queue(queue->device);
}

/* The queue of the workload set up on an entry of our choice, DRIVER_OK set; NULL: it cannot be mapped there. */
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
		return NULL;
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
		struct mark mark;
		bool came;

		if (!queue) {
			start_over(t);
			continue;
		}
		mark = mark_arrivals(queue);
		came = complete_with_message(t, queue);

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

TEST(interrupt, unmapped_queue_is_silent,
     .about = "with MSI-X on, a queue on NO_VECTOR uses buffers without message and without pin",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_EVENT_IDX, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_MSIX_TXT_2, PCI_USEDINT_1))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;
	struct mark mark;
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
	mark = mark_arrivals(queue);
	for (unsigned n = 0; n < ROUNDS; n++) {
		virtqueue_arm(queue, 0);
		complete_one(t, queue);
	}
	fence_by_reset(t);
	arrivals = arrivals_own(queue, &mark) + arrivals_elsewhere(queue, &mark);
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
	struct pending_bits *before = test_memory(t, "pending bits", sizeof(*before), 4);
	struct virtqueue *queue;
	unsigned entry;

	queue = set_up_held(t);
	map_queue(t->device, queue->index, VIRTIO_MSI_NO_VECTOR);
	enable(queue);
	go_live(t);
	msix_function_mask(msix, true);
	note_pending(msix, before);
	for (unsigned n = 0; n < ROUNDS; n++) {
		virtqueue_arm(queue, 0);
		complete_one(t, queue);
	}
	settle_interrupts();
	entry = newly_pending(queue, before, msix->entries);
	CHECK(t, PCI_MSIX_TXT_2, entry == msix->entries,
	      "queue %u is on NO_VECTOR, and its buffers made entry %u pending", queue->index,
	      entry);
}
