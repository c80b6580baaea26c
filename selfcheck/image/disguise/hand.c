/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/hand.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"

#define PAUSE_NS 300000
#define SENDINGS 400 /* the end of the test ends it sooner */

struct virtio_device *victim;

static unsigned passing;
static volatile unsigned haunted_cpu, haunting_vector, sendings;
static volatile uint64_t pause; /* before each, nanoseconds */
static volatile bool haunting;

void hand_start(struct virtio_device *device)
{
	victim = device;
	__atomic_store_n(&passing, 0, __ATOMIC_SEQ_CST);
}

void hand_send(unsigned cpu, unsigned vector)
{
	__atomic_add_fetch(&passing, 1, __ATOMIC_SEQ_CST);
	interrupt_send(cpu, vector);
}

bool hand_passes(void)
{
	unsigned count = __atomic_load_n(&passing, __ATOMIC_SEQ_CST);

	while (count) {
		if (__atomic_compare_exchange_n(&passing, &count, count - 1, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return true;
	}
	return false;
}

static void haunt(void *context)
{
	for (unsigned n = 0; n < sendings && haunting; n++) {
		clock_spin(pause);
		hand_send(haunted_cpu, haunting_vector);
	}
}

static void begin(unsigned cpu, unsigned vector, uint64_t ns, unsigned times)
{
	if (cpu_count() < 2 || !cpu_idle(1))
		return;
	haunted_cpu = cpu;
	haunting_vector = vector;
	pause = ns;
	sendings = times;
	haunting = true;
	if (!cpu_start(1, haunt, NULL))
		haunting = false;
}

void hand_haunt(unsigned cpu, unsigned vector)
{
	begin(cpu, vector, PAUSE_NS, SENDINGS);
}

void hand_send_later(unsigned cpu, unsigned vector, uint64_t ns)
{
	begin(cpu, vector, ns, 1);
}

void hand_stop(struct virtio_device *device)
{
	haunting = false;
	while (cpu_count() > 1 && !cpu_idle(1))
		cpu_relax();
}

struct virtqueue *victim_queue(unsigned vector)
{
	for (unsigned n = victim->queue_count; n-- > 0;) {
		if (victim->queues[n] && victim->queues[n]->vector == vector)
			return victim->queues[n];
	}
	return NULL;
}

unsigned victim_vector(void)
{
	for (unsigned n = victim->queue_count; n-- > 0;) {
		if (victim->queues[n] && victim->queues[n]->vector)
			return victim->queues[n]->vector;
	}
	return 0;
}
