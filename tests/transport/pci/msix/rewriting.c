/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages whose address, data or table entry changes while the device is at work. */
#include "arch/cpu.h"
#include "pci/config.h"
#include "tests/transport/pci/msix/msix.h"

/* Points a masked entry somewhere else. False when such a message cannot be made. */
static bool redirect(const struct virtqueue *queue, unsigned entry, unsigned vector, unsigned cpu,
		     enum msi_destination how)
{
	struct msi_message message;

	if (!interrupt_message(cpu, vector, how, &message))
		return false;
	msix_write_entry(&virtio_pci(queue->device)->msix, entry, message.address, message.data);
	return true;
}

static unsigned new_vector(struct test_run *t)
{
	unsigned vector = interrupt_allocate();

	if (!vector)
		error_in_test(t, "no CPU vectors left");
	return vector;
}

/* One armed completion whose message must come to (vector, cpu) and nowhere else. */
static bool arrives_at(struct test_run *t, struct virtqueue *queue, unsigned vector, unsigned cpu)
{
	unsigned old_vector = queue->vector, old_cpu = queue->cpu;
	struct mark mark;
	bool came;

	queue->vector = vector;
	queue->cpu = cpu;
	mark = mark_arrivals(queue);
	came = complete_with_message(t, queue);
	settle_interrupts();
	came = came && arrivals_own(queue, &mark) >= 1 && !arrivals_elsewhere(queue, &mark);
	queue->vector = old_vector;
	queue->cpu = old_cpu;
	return came;
}

TEST(interrupt, data_changed_while_masked,
     .about = "a vector written into a masked entry is the one that messages use after unmasking",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_INTERRUPT, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_11))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	struct virtqueue *queue;
	unsigned other;

	bring_up(t);
	queue = work_queue(t);
	other = new_vector(t);
	complete_with_message(t, queue);
	for (unsigned n = 0; n < 4; n++) {
		unsigned vector = n % 2 ? queue->vector : other;

		msix_mask_entry(msix, queue->entry, true);
		redirect(queue, queue->entry, vector, queue->cpu, MSI_PHYSICAL);
		msix_mask_entry(msix, queue->entry, false);
		CHECK(t, MSIX_PCI_11, arrives_at(t, queue, vector, queue->cpu),
		      "entry %u now says vector %#x: the message does not come there alone",
		      queue->entry, vector);
	}
	interrupt_free(other);
}

TEST(interrupt, data_changed_while_pending,
     .about = "a held message goes where its entry points when it is unmasked",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_11, MSIX_PCI_7))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	struct virtqueue *queue;
	unsigned other, old;
	struct mark mark;
	bool pending;

	bring_up(t);
	queue = work_queue(t);
	other = new_vector(t);
	old = queue->vector;
	msix_mask_entry(msix, queue->entry, true);
	virtqueue_arm(queue, 0);
	complete_one(t, queue);
	pending = await_pending(msix, queue->entry, true);
	redirect(queue, queue->entry, other, queue->cpu, MSI_PHYSICAL);
	queue->vector = other;
	mark = mark_arrivals(queue);
	msix_mask_entry(msix, queue->entry, false);
	await_messages(t, queue, &mark, 1);
	settle_interrupts();
	/* That it comes at all is another clause's: here it is where. */
	if (!pending ||
	    CHECK(t, MSIX_PCI_7, arrivals_own(queue, &mark) || arrivals_elsewhere(queue, &mark),
		  "entry %u was pending and is unmasked, no message comes", queue->entry))
		CHECK(t, MSIX_PCI_11,
		      arrivals_own(queue, &mark) >= 1 && !arrivals_elsewhere(queue, &mark),
		      "entry %u was pending and now says vector %#x: %lu messages there, %lu elsewhere",
		      queue->entry, other, arrivals_own(queue, &mark),
		      arrivals_elsewhere(queue, &mark));
	queue->vector = old;
	fence_by_reset(t);
	interrupt_free(other);
}

TEST(interrupt, data_changed_while_unmasked,
     .about = "what is written into an unmasked entry counts at the latest once it was masked and "
	      "unmasked",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(MSIX_PCI_11),
     .breaks = RULES(DRIVER_MSIX_3))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	struct virtqueue *queue;
	unsigned other;

	bring_up(t);
	queue = work_queue(t);
	other = new_vector(t);
	complete_with_message(t, queue);
	redirect(queue, queue->entry, other, queue->cpu, MSI_PHYSICAL);
	/* Where this one goes is undefined; that it is lost is not our business either. */
	complete_one(t, queue);
	msix_mask_entry(msix, queue->entry, true);
	msix_mask_entry(msix, queue->entry, false);
	settle_interrupts();
	CHECK(t, MSIX_PCI_11, arrives_at(t, queue, other, queue->cpu),
	      "entry %u was changed to vector %#x, masked and unmasked: the message does not come "
	      "there alone",
	      queue->entry, other);
	fence_by_reset(t);
	interrupt_free(other);
}

TEST(interrupt, destination_moves_to_another_cpu,
     .about = "messages follow the destination of their entry from CPU to CPU and back",
     .needs = NEEDS_MSIX | NEEDS_WORK | NEEDS_SECOND_CPU, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_11))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	for (unsigned n = 0; n < 2 * cpu_count(); n++) {
		unsigned cpu = (n + 1) % cpu_count();

		msix_mask_entry(msix, queue->entry, true);
		if (!redirect(queue, queue->entry, queue->vector, cpu, MSI_PHYSICAL))
			skip_test(t, "CPU %u cannot be named in a message", cpu);
		msix_mask_entry(msix, queue->entry, false);
		CHECK(t, MSIX_PCI_11, arrives_at(t, queue, queue->vector, cpu),
		      "entry %u now says CPU %u: the message does not come there alone",
		      queue->entry, cpu);
	}
}

TEST(interrupt, logical_destination,
     .about = "a message with a logical destination comes to the CPU that it names",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(MSIX_PCI_11))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	for (unsigned cpu = 0; cpu < cpu_count(); cpu++) {
		msix_mask_entry(msix, queue->entry, true);
		if (!redirect(queue, queue->entry, queue->vector, cpu, MSI_LOGICAL))
			skip_test(t, "no logical destination for CPU %u in this APIC mode", cpu);
		msix_mask_entry(msix, queue->entry, false);
		CHECK(t, MSIX_PCI_11, arrives_at(t, queue, queue->vector, cpu),
		      "entry %u now names CPU %u logically: the message does not come there alone",
		      queue->entry, cpu);
	}
}

TEST(interrupt, table_entries_read_back,
     .about = "address and data of every entry read back as written", .needs = NEEDS_MSIX,
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(MSIX_PCI_16))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;

	for (unsigned entry = 0; entry < msix->entries; entry++)
		msix_write_entry(msix, entry, 0x12345678fee00000 + entry * 0x1004ull,
				 0xa5000000 + entry);
	for (unsigned entry = 0; entry < msix->entries; entry++) {
		struct msix_entry found = msix_read_entry(msix, entry);

		CHECK(t, MSIX_PCI_16,
		      found.address == 0x12345678fee00000 + entry * 0x1004ull &&
			      found.data == 0xa5000000 + entry,
		      "entry %u reads address %#lx data %#x", entry, found.address, found.data);
	}
}

TEST(interrupt, table_size_is_read_only, .about = "Table Size does not take what is written to it",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(MSIX_PCI_4))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	uint16_t control = pci_read16(msix->function, msix->capability + MSIX_CONTROL), after;

	pci_write16(msix->function, msix->capability + MSIX_CONTROL, control ^ MSIX_CONTROL_SIZE);
	after = pci_read16(msix->function, msix->capability + MSIX_CONTROL);
	CHECK(t, MSIX_PCI_4, (after & MSIX_CONTROL_SIZE) == (control & MSIX_CONTROL_SIZE),
	      "Message Control was %#x and reads %#x after its size was written", control, after);
	pci_write16(msix->function, msix->capability + MSIX_CONTROL, control);
}
