/* SPDX-License-Identifier: BSD-2-Clause */
/* The PCI configuration access capability: the structures without a BAR (virtio 1.4, 4.1.4.9). */
#include "pci/config.h"
#include "tests/harness/subject/subject.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/registers.h"

#define WINDOW_BAR    offsetof(struct virtio_pci_cap, bar)
#define WINDOW_OFFSET offsetof(struct virtio_pci_cap, offset)
#define WINDOW_LENGTH offsetof(struct virtio_pci_cap, length)
#define WINDOW_DATA   offsetof(struct virtio_pci_cfg_cap, pci_cfg_data)

/* Points the window at `length` bytes of the common structure. */
static void aim(struct virtio_device *device, uint32_t offset, uint32_t length)
{
	const struct virtio_region *common = &virtio_pci(device)->regions[STRUCTURE_COMMON];

	pci_write8(virtio_pci(device)->function, virtio_pci(device)->window + WINDOW_BAR,
		   common->bar);
	/* The length first: an offset that is no multiple of it must not be written (4.1.4.9.2). */
	pci_write32(virtio_pci(device)->function, virtio_pci(device)->window + WINDOW_LENGTH,
		    length);
	pci_write32(virtio_pci(device)->function, virtio_pci(device)->window + WINDOW_OFFSET,
		    common->offset + offset);
}

/* All four bytes of pci_cfg_data are written; the device is to take the first `length`. */
static void write_through(struct virtio_device *device, uint32_t offset, uint32_t length,
			  uint32_t data)
{
	aim(device, offset, length);
	pci_write32(virtio_pci(device)->function, virtio_pci(device)->window + WINDOW_DATA, data);
}

/* All four bytes of pci_cfg_data as they read; the first `length` are the device's. */
static uint32_t read_through(struct virtio_device *device, uint32_t offset, uint32_t length)
{
	aim(device, offset, length);
	return pci_read32(virtio_pci(device)->function, virtio_pci(device)->window + WINDOW_DATA);
}

/* A queue beyond the first, where there is one. */
static unsigned last_queue(const struct virtio_device *device)
{
	return offered_queues(device) ? MINIMUM(offered_queues(device), 64u) - 1 : 0;
}

static uint32_t first_bytes(uint32_t data, unsigned length)
{
	return length == 4 ? data : data & ((1u << (length * 8)) - 1);
}

TEST(transport, window_registers_are_writable,
     .about = "bar, offset and length of the PCI access capability read back what is written",
     .needs = NEEDS_WINDOW, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_CFGACC_TXT_2))
{
	struct virtio_device *device = t->device;
	const struct pci_function *function = virtio_pci(device)->function;
	static const uint32_t lengths[] = {1, 2, 4};

	for (unsigned structure = 0; structure < STRUCTURES; structure++) {
		const struct virtio_region *region = &virtio_pci(device)->regions[structure];
		uint32_t offset, bar;

		if (!region->present)
			continue;
		pci_write8(function, virtio_pci(device)->window + WINDOW_BAR, region->bar);
		pci_write32(function, virtio_pci(device)->window + WINDOW_OFFSET, region->offset);
		bar = pci_read8(function, virtio_pci(device)->window + WINDOW_BAR);
		offset = pci_read32(function, virtio_pci(device)->window + WINDOW_OFFSET);
		CHECK(t, PCI_CFGACC_TXT_2, bar == region->bar, "bar reads %u after %u", bar,
		      region->bar);
		CHECK(t, PCI_CFGACC_TXT_2, offset == region->offset, "offset reads %#x after %#x",
		      offset, region->offset);
	}
	for (unsigned n = 0; n < ARRAY_LENGTH(lengths); n++) {
		uint32_t length;

		pci_write32(function, virtio_pci(device)->window + WINDOW_LENGTH, lengths[n]);
		length = pci_read32(function, virtio_pci(device)->window + WINDOW_LENGTH);
		CHECK(t, PCI_CFGACC_TXT_2, length == lengths[n], "length reads %u after %u", length,
		      lengths[n]);
	}
}

TEST(transport, window_writes_reach_the_device,
     .about = "what is written to pci_cfg_data stands in the register that the window is aimed at",
     .needs = NEEDS_WINDOW, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_CFGACC_2))
{
	static const uint8_t steps[] = {STATUS_FOUND, STATUS_DRIVEN};
	struct virtio_device *device = t->device;
	unsigned last = last_queue(device);
	uint64_t got;

	/* In the order of 3.1.1: what is selected at status 0 need not stay. */
	for (unsigned n = 0; n < ARRAY_LENGTH(steps); n++) {
		write_through(device, COMMON_OFFSET(device_status), 1, steps[n]);
		got = common_read(device, device_status);
		CHECK(t, PCI_CFGACC_2, got == steps[n],
		      "device_status reads %#lx through the BAR after %#x through the window", got,
		      steps[n]);
	}
	write_through(device, COMMON_OFFSET(device_feature_select), 4, 1);
	got = common_read(device, device_feature_select);
	CHECK(t, PCI_CFGACC_2, got == 1,
	      "device_feature_select reads %#lx through the BAR after 1 through the window", got);
	write_through(device, COMMON_OFFSET(device_feature_select), 4, 0);
	got = common_read(device, device_feature_select);
	CHECK(t, PCI_CFGACC_2, got == 0,
	      "device_feature_select reads %#lx through the BAR after 0 through the window", got);
	write_through(device, COMMON_OFFSET(queue_select), 2, last);
	got = common_read(device, queue_select);
	CHECK(t, PCI_CFGACC_2, got == last,
	      "queue_select reads %#lx through the BAR after %#x through the window", got, last);
}

TEST(transport, window_writes_are_as_long_as_asked,
     .about = "of pci_cfg_data only the first `length` bytes are written", .needs = NEEDS_WINDOW,
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_CFGACC_3))
{
	struct virtio_device *device = t->device;
	uint64_t size, selected;

	agree_on(t, features_least(device));
	device->transport->select_queue(device, 0);
	size = common_read(device, queue_size);

	/* Behind device_status stand config_generation and, two bytes on, queue_select. */
	write_through(device, COMMON_OFFSET(device_status), 1,
		      STATUS_NEGOTIATED | (uint32_t)(offered_queues(device) > 1) << 16);
	selected = common_read(device, queue_select);
	CHECK(t, PCI_CFGACC_3, selected == 0,
	      "one byte was written to device_status, and queue_select reads %#lx", selected);

	/* Behind queue_select stands queue_size. */
	write_through(device, COMMON_OFFSET(queue_select), 2, (uint32_t)(size / 2) << 16);
	CHECK(t, PCI_CFGACC_3, common_read(device, queue_size) == size,
	      "two bytes were written to queue_select, and queue_size went from %lu to %u", size,
	      common_read(device, queue_size));
}

static const struct {
	const char *name;
	uint32_t offset;
	unsigned width;
} fields[] = {
	{"device_feature", COMMON_OFFSET(device_feature), 4},
	{"config_msix_vector", COMMON_OFFSET(config_msix_vector), 2},
	{"num_queues", COMMON_OFFSET(num_queues), 2},
	{"device_status", COMMON_OFFSET(device_status), 1},
	{"config_generation", COMMON_OFFSET(config_generation), 1},
	{"queue_select", COMMON_OFFSET(queue_select), 2},
	{"queue_size", COMMON_OFFSET(queue_size), 2},
};

TEST(transport, window_reads_what_the_device_shows,
     .about = "reading pci_cfg_data gives, in its first bytes, what the BAR gives at that place",
     .needs = NEEDS_WINDOW, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CFGACC_4, PCI_CFGACC_5))
{
	struct virtio_device *device = t->device;
	bool shows = true; /* what lies where no byte of pci_cfg_data has to be moved */

	agree_on(t, features_least(device));
	common_write(device, device_feature_select, 1);
	device->transport->select_queue(device, last_queue(device));
	for (unsigned n = 0; n < ARRAY_LENGTH(fields); n++) {
		uint32_t there =
			(uint32_t)common_read_at(device, fields[n].offset, fields[n].width);
		uint32_t data = read_through(device, fields[n].offset, fields[n].width);

		if (fields[n].offset % 4 == 0)
			shows &= CHECK(t, PCI_CFGACC_4, first_bytes(data, fields[n].width) == there,
				       "%s reads %#x through the BAR and %#x through the window",
				       fields[n].name, there, first_bytes(data, fields[n].width));
		else if (shows)
			CHECK(t, PCI_CFGACC_5, first_bytes(data, fields[n].width) == there,
			      "%s, at offset %u, reads %#x, and pci_cfg_data begins with %#x",
			      fields[n].name, fields[n].offset, there,
			      first_bytes(data, fields[n].width));
	}
}

TEST(transport, device_works_through_the_window_alone,
     .about = "a device can be brought up, kicked and its ISR read without its BARs",
     .needs = NEEDS_WINDOW | NEEDS_WORK, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CFGACC_TXT_3))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;
	struct completion completion;

	device->access = ACCESS_WINDOW;
	t->variant.interrupts = INTERRUPT_NONE;
	bring_up(t);
	queue = work_queue(t);
	isr_read(device);
	/* The first may be served for free: a device may look at its queues when it goes live. */
	for (unsigned n = 0; n < 3; n++) {
		submit(t, queue, new_request(t, n));
		if (!CHECK(t, PCI_CFGACC_TXT_3, await_completion(t, queue, &completion),
			   "queue %u, set up and kicked through the window, does not serve request %u",
			   queue->index, n))
			break;
	}
}
