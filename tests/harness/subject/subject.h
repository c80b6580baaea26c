/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The subjects of a run: the physical devices that were found, and what the harness remembers of each
 * from one test to the next. A device may show several faces (a transitional PCI function a modern and a
 * legacy one); each face is a struct virtio_device. All is for the boot CPU.
 */
#ifndef TESTS_HARNESS_SUBJECT_H
#define TESTS_HARNESS_SUBJECT_H

#include "tests/harness/subject/contact.h"
#include "virtio/device.h"

#define SUBJECTS_MOST 256
#define FACES_MOST    2

/* Whether somebody behind a device takes what its requests send. */
enum taker { TAKER_UNASKED, TAKER_THERE, TAKER_MISSING };

/* One way in which a physical device shows itself. */
struct face {
	struct virtio_device *device;
	const char *unusable;   /* why it cannot be driven, a clause of a sentence; NULL: it can */
	struct contact contact; /* where it can */
};

struct subject {
	struct face faces[FACES_MOST]; /* in the order in which they were found */
	unsigned face_count;
	bool lost;         /* a reset did not bring it back */
	unsigned let_down; /* tests that failed and had waited in vain */
	enum taker taker;
};

/* Enrols a face of a device, which may have others; NULL when there are SUBJECTS_MOST or FACES_MOST. */
struct face *face_enrol(struct virtio_device *device);

/* In the order in which they were found; NULL behind the last. */
struct subject *subject_first(void);
struct subject *subject_next(const struct subject *subject);

#define for_each_subject(entry)                                                                    \
	for (struct subject *entry = subject_first(); entry; entry = subject_next(entry))

/* Every face of every subject, in the same order. */
struct virtio_device *device_first(void);
struct virtio_device *device_next(const struct virtio_device *device);

#define for_each_device(entry)                                                                     \
	for (struct virtio_device *entry = device_first(); entry; entry = device_next(entry))

/* Whose face a device is, and which; NULL when it was not enrolled. */
struct subject *subject_of(const struct virtio_device *device);
struct face *face_of(const struct virtio_device *device);

/* Whether it has let so many tests down that the next waits for it less (drive.h: lose_patience). */
bool subject_tires(const struct subject *subject);

/* The face by which to drive it; NULL when there is none, or it was lost. */
struct virtio_device *subject_device(const struct subject *subject);

/* Queues of a device as it said at first contact, and entries of its largest. */
unsigned offered_queues(const struct virtio_device *device);
uint16_t offered_size(const struct virtio_device *device);

#endif
