/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a transport does for its devices, register by register, by what each register means: no bus, no
 * offsets, no waiting. The order of things is in virtio/transport/setup.h. Any CPU, one at a time for a device,
 * unless an operation says otherwise; none may be called in a handler but those that say so.
 */
#ifndef VIRTIO_TRANSPORT_H
#define VIRTIO_TRANSPORT_H

#include "lib/format.h"
#include "virtio/device.h"
#include "virtio/snapshot.h"

/* The three areas of a queue, in the words of 2.6. */
enum queue_area { AREA_DESCRIPTOR, AREA_DRIVER, AREA_DEVICE };

/*
 * Interrupt messages of a device: a table of device->vectors entries (MSI-X). What happens to an entry that
 * is being filled or masked while a message is under way is the device's to get right.
 */
struct virtio_messages {
	/* Messages instead of the line. */
	void (*enable)(struct virtio_device *device);
	/* Masks all entries, and goes back to the line. */
	void (*disable)(struct virtio_device *device);
	/* The table as after power-on, or as near to it as a driver can bring it. */
	void (*clear)(struct virtio_device *device);
	/*
	 * Lets an entry send CPU vector `vector` to one CPU; it is masked meanwhile and unmasked then. False with
	 * device->problem set when that CPU cannot be reached.
	 */
	bool (*aim)(struct virtio_device *device, unsigned entry, unsigned vector, unsigned cpu);
	/*
	 * Maps configuration changes, or used buffers of the selected queue, to an entry. Returns what the
	 * register reads then: VIRTIO_MSI_NO_VECTOR says that the device could not.
	 */
	uint16_t (*map_configuration)(struct virtio_device *device, uint16_t entry);
	uint16_t (*map_queue)(struct virtio_device *device, uint16_t entry);
	/* What those registers read. */
	uint16_t (*configuration_entry)(struct virtio_device *device);
	uint16_t (*queue_entry)(struct virtio_device *device);
	/* Masks one entry, or unmasks it. */
	void (*mask)(struct virtio_device *device, unsigned entry, bool masked);
	/* Whether a message waits in an entry for being unmasked, and whether it is masked. */
	bool (*is_pending)(const struct virtio_device *device, unsigned entry);
	bool (*is_masked)(const struct virtio_device *device, unsigned entry);
	/* Whether a message of the configuration would leave the device: nothing on its way is masked. */
	bool (*configuration_gets_through)(struct virtio_device *device);
};

/* The interrupt line of a device: a level that falls when the interrupt status has been read. */
struct virtio_line {
	/*
	 * Routes it to a CPU vector of its own, with a handler that gathers the interrupt status in
	 * device->isr_seen, and lets the device use it. Returns the vector; 0 with device->problem set.
	 */
	unsigned (*claim)(struct virtio_device *device, unsigned cpu);
	/* Ends that; the vector is the caller's to free. */
	void (*release)(struct virtio_device *device);
	/* The device must not use its line, whoever else is on it. */
	void (*silence)(struct virtio_device *device);
	/* Ends that: it may use its line, whether or not that leads anywhere. */
	void (*allow)(struct virtio_device *device);
	/* The ISA interrupt that the firmware has written down for it; above 15: none. */
	unsigned (*noted_input)(const struct virtio_device *device);
	/* Whether the device wants to raise it, silenced or not. */
	bool (*is_raised)(const struct virtio_device *device);
};

/* The operations of a transport, and what sets it apart from others. */
struct virtio_transport {
	const char *name; /* "pci", as records say it */

	/* The device status field; `set_status` is one write, of 0 too. */
	uint8_t (*get_status)(struct virtio_device *device);
	void (*set_status)(struct virtio_device *device, uint8_t status);
	/* False: no FEATURES_OK, features count when they are written (legacy: 3.1.2). */
	bool has_features_ok;

	/* Takes a snapshot of all that can be read without a write. */
	void (*look)(struct virtio_device *device, struct virtio_snapshot *snapshot);

	/* Word n of the feature bits, 32 n … 32 n + 31: what is offered, and what the driver takes of it. */
	uint32_t (*offered_features)(struct virtio_device *device, unsigned word);
	void (*set_features)(struct virtio_device *device, unsigned word, uint32_t bits);
	/* What the device holds of what was set; NULL: it cannot be read. */
	uint32_t (*held_features)(struct virtio_device *device, unsigned word);

	/* How many queues there are. */
	unsigned (*queue_count)(struct virtio_device *device);
	/* Which queue those below are about. */
	void (*select_queue)(struct virtio_device *device, unsigned queue);
	/* What that register reads; NULL: it cannot be read. */
	uint16_t (*selected_queue)(struct virtio_device *device);
	/* Its entries, 0 where there is no such queue: at most, before they are set. */
	uint16_t (*queue_size)(struct virtio_device *device);
	/* NULL: its size is the device's own (legacy PCI: 4.1.5.1.3.1). */
	void (*set_queue_size)(struct virtio_device *device, uint16_t size);
	/*
	 * Whether a size that was set is what queue_size reads then, and one that was not set is its largest; else it always
	 * reads the largest (MMIO), and each size has to be set.
	 */
	bool queue_size_is_held;
	/* The physical address of one of its areas; reading: NULL, it cannot be read. */
	uint64_t (*queue_area)(struct virtio_device *device, enum queue_area area);
	void (*set_queue_area)(struct virtio_device *device, enum queue_area area,
			       uint64_t address);
	/* 1 when it is in use. Both NULL: a queue is in use once it has its areas (legacy: 4.1.5.1.3). */
	uint16_t (*queue_enabled)(struct virtio_device *device);
	void (*enable_queue)(struct virtio_device *device);
	/* RING_RESET: begins to reset it; what the register reads: 0 when that is complete. NULL: it cannot. */
	void (*start_queue_reset)(struct virtio_device *device);
	uint16_t (*queue_reset)(struct virtio_device *device);
	/*
	 * Finds out where and by which value the queue, which is the selected one, is notified, for the
	 * features that are negotiated: sets queue->notify_value, and queue->notify_place where a store there is
	 * all. False with device->problem set when that is no place.
	 */
	bool (*find_notification)(struct virtqueue *queue);
	/* Notifies the device of the queue in every other way; `value` is what would be stored. */
	void (*notify)(struct virtqueue *queue, uint32_t value);

	/* NULL, where a device has no messages or no line at all. */
	const struct virtio_messages *messages;
	const struct virtio_line *line;
	/* The interrupt status: reads it, and by that clears it and lowers the line. */
	uint8_t (*take_interrupt_status)(struct virtio_device *device);

	/*
	 * Device-specific configuration, an access of 1, 2 or 4 bytes; virtio/config.h has what is wider. The
	 * offset is not checked: a test may look beyond. `generation` counts changes of it; NULL: it does not.
	 */
	uint32_t (*read_config)(struct virtio_device *device, uint32_t offset, unsigned width);
	void (*write_config)(struct virtio_device *device, uint32_t offset, unsigned width,
			     uint32_t value);
	uint32_t (*generation)(struct virtio_device *device);

	/* Where a shared memory region lies (2.10), physical address and bytes; false: it has none of this id. */
	bool (*shared_memory)(struct virtio_device *device, uint8_t id, uint64_t *address,
			      uint64_t *length);

	/* Adds what a register is called ("queue_size", "isr+0") to a text. */
	void (*name_register)(const struct register_access *access, struct text *text);
};

#endif
