/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts somebody between the tests and a device for the length of a test: one that breaks a rule, or
 * keeps them all in a way of its own. All is for the boot CPU.
 */
#ifndef SELFCHECK_INTERPOSE_H
#define SELFCHECK_INTERPOSE_H

#include "selfcheck/image/disguise/request.h"
#include "tests/harness/run/step.h"
#include "virtio/onlooker.h"
#include "virtio/ring/queue.h"

/* One who stands in between. Whatever is not needed may be left NULL or 0. */
struct interposed {
	struct onlooker onlooker; /* what it does: the functions and their context */
	uint64_t offers; /* feature bits that are pretended: selfcheck/image/disguise/offer.h */
	/*
	 * Called once for each used element, before the driver sees it; what it changes goes into the
	 * ring. Not together with onlooker.used.
	 */
	void (*used_element)(struct virtqueue *queue, struct used_element *element);
	void (*start)(struct virtio_device *device); /* the device is fresh from reset */
	void (*stop)(struct virtio_device *device);  /* it is gone, the device was reset again */
};

/* Says who stands in between from the next test on; it is copied. */
void interpose(const struct interposed *who);

/* For run_once(): whoever was named last stands in between. */
extern const struct interference interposition;

/*
 * Lets whoever was named last stand before a device from now on, between tests too; start() is called at once,
 * and for each test that is run with `interposition`.
 */
void interpose_for_long(struct virtio_device *device);

/* Ends that. */
void interpose_no_longer(struct virtio_device *device);

/* The first device that vp.device selects and that can be driven, or NULL: whole runs are spoiled on it. Boot CPU. */
struct virtio_device *first_device(void);

#endif
