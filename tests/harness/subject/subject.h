/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The subjects of a run: the physical devices that were found, and what the harness remembers of each
 * from one test to the next. A device may show several faces (a transitional PCI function a modern and a
 * legacy one); each face is a struct virtio_device. All is for the boot CPU.
 */
#ifndef TESTS_HARNESS_SUBJECT_H
#define TESTS_HARNESS_SUBJECT_H

#include "tests/harness/judge/fault.h"
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
	struct features agreed; /* was offered and negotiated when it went live, in any test */
};

/* A physical device, with its faces. */
struct subject {
	struct face faces[FACES_MOST]; /* in the order in which they were found */
	unsigned face_count;
	bool lost;                  /* a reset did not bring it back */
	bool inspected;             /* the experiments of inspect.h were made */
	bool given_up;              /* … that of a set-up that is given up, too */
	bool chains_inspected;      /* … that of chains, too */
	bool queue_reset_inspected; /* … that of queue resets */
	bool queue_bits_inspected;  /* … that of features that bring queues */
	bool tables_inspected;      /* … that of indirect tables */
	bool polling_inspected;     /* … that of polled queues */
	bool batches_inspected;     /* … that of several requests behind one notification */
	unsigned let_down;          /* tests that failed and had waited in vain */
	enum taker taker;
	bool taker_told;     /* that it is missing */
	uint64_t pace_ns;    /* what a plain request took at most: drive.h */
	bool served;         /* it has used a buffer in this boot */
	bool dead;           /* it serves nothing, be it after a reset */
	uint8_t last_status; /* device_status when a plain request was not served; 0: all is well */
	char since
		[SINCE_SIZE]; /* the test after which it was lost or dead, with its variant; "": none */
	struct faults faults; /* root faults that were found in this boot */
};

/* Enrols a face of a device, which may have others; NULL when there are SUBJECTS_MOST or FACES_MOST. */
struct face *face_enrol(struct virtio_device *device);

/* The first that was found; NULL: there is none. */
struct subject *subject_first(void);

/* The one that was found after it; NULL behind the last. */
struct subject *subject_next(const struct subject *subject);

/* Walks them all. */
#define for_each_subject(entry)                                                                    \
	for (struct subject *entry = subject_first(); entry; entry = subject_next(entry))

/* The first face of the first subject; NULL: there is none. */
struct virtio_device *device_first(void);

/* The next face of the same subject or the next one, in the order of subject_next(). */
struct virtio_device *device_next(const struct virtio_device *device);

/* Walks every face of every subject. */
#define for_each_device(entry)                                                                     \
	for (struct virtio_device *entry = device_first(); entry; entry = device_next(entry))

/* Whose face a device is; NULL when it was not enrolled. */
struct subject *subject_of(const struct virtio_device *device);

/* Which face it is; NULL likewise. */
struct face *face_of(const struct virtio_device *device);

/* Whether it has let so many tests down that the next waits for it less (drive.h: lose_patience). */
bool subject_tires(const struct subject *subject);

/* The face by which to drive it; NULL when there is none, or it was lost. */
struct virtio_device *subject_device(const struct subject *subject);

/* It has just gone live with what it is offering and was negotiated: face.agreed. */
void note_live(const struct virtio_device *device);

/* All that was ever written to it as features of a driver, by any of its faces. */
struct features subject_accepted(const struct subject *subject);

/* Queues of a device as it said at first contact. */
unsigned offered_queues(const struct virtio_device *device);

/* Entries of its largest queue, likewise. */
uint16_t offered_size(const struct virtio_device *device);

#endif
