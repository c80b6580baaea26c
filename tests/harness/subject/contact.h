/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First contact: what a device is like before a test has touched it, and which clause says that it is so
 * again after a reset. Boot CPU.
 */
#ifndef TESTS_HARNESS_CONTACT_H
#define TESTS_HARNESS_CONTACT_H

#include "virtio/device.h"
#include "virtio/device/type.h"
#include "virtio/snapshot.h"

#define QUEUES_REMEMBERED 64u /* sizes are kept of so many */
#define FIELDS_REMEMBERED 32u /* of the configuration, likewise */

/* What was found then. */
struct contact {
	struct virtio_snapshot found; /* taken before the first write */
	struct features offered;      /* as read then: what a run is planned by */
	unsigned queues;
	uint16_t size_most; /* entries of its largest queue, as queue_size says after power-on */
	uint16_t sizes[QUEUES_REMEMBERED]; /* queue_size of each */
	uint32_t generation;               /* of the configuration … */
	uint64_t fields
		[FIELDS_REMEMBERED]; /* … of which these stay as they are (field_is_settled()) */
};

/* The first steps of a driver (3.1.1): ACKNOWLEDGE, DRIVER. Before them nothing else is written. */
void approach(struct virtio_device *device);

/*
 * Meets a device that was just found: takes the snapshot, then as a driver reads what must be selected before
 * it can be read: the features, into device->offered, and the sizes of the queues. It is reset in the end.
 */
void make_contact(struct contact *contact, struct virtio_device *device);

/*
 * Whether a field of the configuration is one that neither a driver nor the device by itself changes, that can be read
 * from the start, and is remembered; `place` is where.
 */
bool field_is_settled(const struct virtio_device *device, const struct virtio_config_field *field,
		      unsigned *place);

/* Keeps the generation and the settled fields of a device that has a configuration: of now, whatever was kept before. */
void remember_configuration(struct contact *contact, struct virtio_device *device);

/* Whether somebody drove the device before: then what was found is not what it powers on with. */
bool contact_was_late(const struct contact *contact);

/* One thing that is remembered of a device. */
struct remembered {
	const char *name; /* as a message says it: "Function Mask" */
	uint16_t
		clause; /* says what it is after power-on and after each reset: an enum clause_id */
	uint32_t needed; /* what cannot be judged where it is otherwise: NEEDS_… of test.h */
	uint64_t (*value)(const struct virtio_snapshot *snapshot);
	uint64_t after_reset; /* its value then */
};

/* All that is; ends with an entry without a name. */
extern const struct remembered remembered[];

/* Walks it. */
#define for_each_remembered(entry)                                                                 \
	for (const struct remembered *entry = remembered; entry->name; entry++)

#endif
