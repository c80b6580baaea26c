/* SPDX-License-Identifier: BSD-2-Clause */
/* Driving the device of a test: bringing it up in the test's variant, requests, waiting. */
#ifndef TESTS_HARNESS_DRIVE_H
#define TESTS_HARNESS_DRIVE_H

#include "arch/clock.h"
#include "arch/wait.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/plan/test.h"
#include "virtio/config.h"
#include "virtio/transport/setup.h"

/*
 * How long a conforming device may take for anything before a test calls it silent: vp.patience, or
 * less for one that has let test after test wait in vain.
 */
#define PATIENCE_NS patience_ns()
uint64_t patience_ns(void);

/*
 * What a plain request has taken at most, in nanoseconds: 0 until one was served. A device that needs long is
 * waited for longer: four times that.
 */
void set_pace(uint64_t ns);

/* What the device has needed since it was set. */
uint64_t pace_ns(void);

/* Whether the device has let test after test wait in vain. */
void lose_patience(bool lost);

/* How much of a race between CPUs is tried: where they wait for each other, a busy host makes a round long. */
struct effort {
	unsigned rounds;
	uint64_t deadline; /* for all but the first few of them */
};

/* The usual number of rounds in some hundredths of a second, with vp.thorough the other one in a second. */
struct effort effort_of(unsigned usual, unsigned thorough);

/* Whether another round is to be tried, numbered from 0. Any CPU. */
bool effort_lasts(const struct effort *effort, unsigned round);

/* Whom the functions below drive from here on: the device that is tested, or a helper. */
void drive_device(struct test_run *t, struct virtio_device *device);

/*
 * Status ACKNOWLEDGE | DRIVER, then `features` are written and FEATURES_OK is set (3.1.1, steps 2 to
 * 5). True when FEATURES_OK reads back set. device->negotiated holds the features.
 */
bool negotiate(struct test_run *t, struct features features);

/*
 * The features that a variant asks of this device: VERSION_1, the platform's, the ring's, and what
 * the type's workload wants; each only where it is offered, and closed under dependencies.
 */
struct features features_for(const struct test_run *t);

/*
 * Brings the device to DRIVER_OK in the test's variant, as many queues set up, from queue 0 on, as the
 * workload needs. Leaves the test when the device refuses.
 */
void bring_up(struct test_run *t);

/*
 * The same without messages, and with its line allowed, at which nobody listens: a device that has no way at all to
 * interrupt sends no notification, and owes no interrupt status either. For devices that have a line.
 */
void bring_up_unheard(struct test_run *t);

#define ALL_QUEUES (~0u)

/* How many a driver sets up: those of the workload, or all where there is none. */
unsigned usual_queues(const struct test_run *t);

/* The same with `queues` of its queues, or ALL_QUEUES, up to VIRTIO_QUEUES_MOST. */
void bring_up_queues(struct test_run *t, unsigned queues);

/*
 * The same up to, but without, setting DRIVER_OK. Skips the test when the device declines features other
 * than features_for(), as it may.
 */
void set_up(struct test_run *t, struct features features, unsigned queues);

/*
 * Negotiates these features and sets up so many queues, or ALL_QUEUES, as far as they are there, for a look at the
 * device that is no test: nothing is judged. False when the device refuses.
 */
bool set_up_unjudged(struct test_run *t, struct features features, unsigned queues,
		     enum interrupt_mode mode);

/* Sets DRIVER_OK, and starts the workload. */
void go_live(struct test_run *t);

/*
 * Negotiates for the device of the test or a helper. Leaves the test as skipped when the set is declined, and as
 * failed when it was features_for(), without which the device serves nobody.
 */
void accept_features(struct test_run *t, struct virtio_device *device, struct features features);

/* How a device interrupts when nothing is said of it: as for any guest, by messages where it has them, by its line else. */
enum interrupt_mode usual_interrupts(const struct virtio_device *device);

/* How where nobody waits for interrupts: not at all, unless it is known of the device of the test that this is no good. */
enum interrupt_mode least_interrupts(const struct test_run *t, const struct virtio_device *device);

/*
 * Sets up queues 0 … count - 1 as asked for, with their vectors, for the device of the test or a helper. Leaves the
 * test as failed when that is not possible, and as skipped when the device maps no vector: it may say so
 * by NO_VECTOR (4.1.5.1.2.1), which the tests of PCI-MSIX-5, -6 and -12 judge.
 */
void find_queues(struct test_run *t, struct virtio_device *device, unsigned count,
		 const struct virtqueue_request *requests, enum interrupt_mode mode);

/* set_up() for a helper of the test (tests/harness/subject/helper.h). */
void set_up_device(struct test_run *t, struct virtio_device *device, struct features features,
		   unsigned queues);

/*
 * Resets the device in the middle of a test and gives its queues back: it can be set up anew, in other
 * rings. The arena keeps what it gave away.
 */
void start_over(struct test_run *t);

/* The queue that the workload uses; the device is up. */
struct virtqueue *work_queue(const struct test_run *t);

/* Whether a request may be cut into descriptors in any way: not so of a legacy device without VIRTIO_F_ANY_LAYOUT (2.7.4.3). */
bool takes_any_layout(const struct virtio_device *device);

/* A new request of the workload; leaves the test when the arena is full. */
struct request *new_request(struct test_run *t, uint64_t seed);

/* Within this a request is served that a device was notified of, where it takes no longer by its nature (pace_ns()). */
#define SOON_NS (100 * 1000000ull)

/* Leaves the test, as not judged, where the device is known to serve one request a notification (SANE-18). */
void want_batches(struct test_run *t);

/* The same, where one is under way in the queue. */
void keep_to_one(struct test_run *t, const struct virtqueue *queue);

/*
 * Adds a chain of `count` segments (virtqueue_add()). Leaves the test when the ring has no room for it: as not judged
 * where the queue is small, for how many entries it has is the device's affair (2.6), else as the suite's error.
 */
void add_segments(struct test_run *t, struct virtqueue *queue, const struct segment *segments,
		  unsigned count, void *token);

/* The same for a request, uncut: it is the token. */
void add_request(struct test_run *t, struct virtqueue *queue, struct request *request);

/* Adds, publishes, kicks: add_request(). */
void submit(struct test_run *t, struct virtqueue *queue, struct request *request);

/* The clause of the queue's ring format by which a used element names the chain that was used. */
enum clause_id clause_of_identity(const struct virtqueue *queue);

/* The clause of the queue's ring format and suppression by which using a buffer is notified. */
enum clause_id clause_of_notice(const struct virtqueue *queue);

/*
 * Judges that a used element names a chain in flight, which is `request` where that is not NULL; leaves
 * the test when it does not.
 */
void insist_on_chain(struct test_run *t, const struct virtqueue *queue,
		     const struct completion *completion, const struct request *request);

/* Waits until something of a queue is used. False when nothing is before the deadline (TSC). Judges nothing. */
bool await_use(struct virtqueue *queue, uint64_t deadline);

/*
 * Waits for the next completion of a queue. False when none comes within PATIENCE_NS. Judges that it
 * is of a chain in flight: insist_on_chain().
 */
bool await_completion(struct test_run *t, struct virtqueue *queue, struct completion *completion);

/*
 * The same, and judges that a message tells of a buffer of the device of the test. For who never
 * suppresses or masks; nothing is judged where messages are not used, or with EVENT_IDX or IN_ORDER. It is told once.
 */
bool await_announced(struct test_run *t, struct virtqueue *queue, struct completion *completion);

/* submit(), await_completion() and the workload's verification; fails the test when one goes wrong. */
void work_once(struct test_run *t, uint64_t seed);

/* Waits until a vector has arrived at least `count` times on all CPUs together since boot. */
bool await_interrupts(unsigned vector, uint64_t count);

/*
 * How many interrupts may come that a device sent before it last answered a read: a message is ordered before the answer
 * (PCI 3.0, 3.2.5), a line may be latched in an interrupt controller. Any CPU.
 */
static inline unsigned interrupts_on_their_way(const struct virtio_device *device)
{
	return device->mode == INTERRUPT_INTX;
}

#endif
