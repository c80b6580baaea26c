/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of what a pretended SUSPEND has to bring to rest (3.4). */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/disguise/offer.h"
#include "virtio/transport/pci/registers.h"

/* Behind the settling of interrupts that a test grants after the suspension. */
#define LATE_NS 1500000

static struct virtqueue *backlog; /* the queue whose kick was held back */
static volatile bool suspended;   /* as the driver has seen */
static volatile bool over;        /* the test */

static void start_backlog(struct virtio_device *device)
{
	hand_start(device);
	forget_chains(device);
	backlog = NULL;
	suspended = false;
	over = false;
}

/* The kick of a backlog of several buffers is not heard, so that suspension finds them waiting. */
static bool hold_kick(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure != STRUCTURE_NOTIFY || !offer_accepted(VIRTIO_F_SUSPEND) ||
	    *value >= access->device->queue_count ||
	    access->device->queues[*value]->in_flight < 4 || backlog)
		return true;
	backlog = access->device->queues[*value];
	return false;
}

/*
 * Past the disguise, which holds kicks back while the device is suspended. Runs on the second CPU from the kick
 * on: it would start too late when the driver has seen the suspension.
 */
static void kick_late(void *argument)
{
	struct virtqueue *queue = argument;

	while (!suspended && !over)
		cpu_relax();
	clock_spin(LATE_NS);
	if (queue->notify_place.address && !over)
		write16(queue->notify_place.address, queue->index);
}

static bool hold_and_go_on(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	bool held = !hold_kick(self, access, value);

	return !held || cpu_count() < 2 || !cpu_idle(1) || !cpu_start(1, kick_late, backlog);
}

static uint64_t see_suspension(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	suspended = suspended || (backlog && offer_suspended() && is_common(access, device_status));
	return value;
}

static void wait_for_kick(struct virtio_device *device)
{
	over = true;
	while (cpu_count() > 1 && !cpu_idle(1))
		cpu_relax();
}
SABOTEUR(suspended_queue_served, .about = "a suspended device goes on with what waits in its queue",
	 BREAKS(CLAUSE_SUSPEND_3, CLAUSE_SUSPEND_4, CLAUSE_SUSPEND_10), .tests = "ring.suspended*",
	 .offers = BIT64(VIRTIO_F_SUSPEND), .start = start_backlog, .stop = wait_for_kick,
	 .onlooker.write = hold_and_go_on, .onlooker.read = see_suspension);

static void begin_with(struct virtqueue *queue, struct chain_view *chain)
{
	struct link *link = first_link(chain, true);

	if (link)
		write8((void *)(uintptr_t)from_le64(*link->addr), 0xc3);
}

static void begin_with_all(struct onlooker *self, struct virtqueue *queue)
{
	if (offer_accepted(VIRTIO_F_SUSPEND) && queue->in_flight >= 4)
		visit_new_chains(queue, begin_with);
}
SABOTEUR(suspended_half_way, .about = "a device suspends with buffers written and not used",
	 BREAKS(CLAUSE_SUSPEND_11), .tests = "ring.suspended*", .offers = BIT64(VIRTIO_F_SUSPEND),
	 .start = start_backlog, .onlooker.write = hold_kick, .onlooker.publish = begin_with_all);

/* What was written while it was suspended comes through afterwards. */
static uint64_t written;
static bool waiting;

static bool keep_write(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure == STRUCTURE_DEVICE && offer_suspended()) {
		written = *value;
		waiting = true;
	}
	return true;
}

static uint64_t show_write(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && waiting ? written : value;
}

static void start_writes(struct virtio_device *device)
{
	waiting = false;
}
SABOTEUR(suspended_configuration_written, .about = "a suspended device takes configuration writes",
	 BREAKS(CLAUSE_SUSPEND_2), .offers = BIT64(VIRTIO_F_SUSPEND), .start = start_writes,
	 .onlooker.write = keep_write, .onlooker.read = show_write);
