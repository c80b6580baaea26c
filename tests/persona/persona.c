/* SPDX-License-Identifier: BSD-2-Clause */
/* How a persona is played, and what is made of a device that does not go along. */
#include "tests/persona/persona.h"

#include "arch/interrupt.h"
#include "tests/transport/common/transport.h"
#include "virtio/ring/queue.h"

#define ROUNDS 2 /* what comes up once need not come up again */

static bool take_steps(struct play *play, const struct step *steps)
{
	for (; steps->does; steps++) {
		if (!steps->does(play, steps->number))
			return false;
	}
	return true;
}

/* The way in that is taken this time. */
static const struct step *start_of(const struct play *play)
{
	if (play->ways & WAY_ONCE)
		return play->persona->once;
	return play->ways & WAY_LAWFUL ? play->persona->lawful : play->persona->start;
}

static bool come_up(struct play *play)
{
	struct virtio_device *device = play->t->device;
	const struct workload *workload = play->t->workload;
	uint8_t status;

	device->negotiated = NO_FEATURES;
	if (!take_steps(play, start_of(play)))
		return false;
	if (device->config_vector)
		play->t->config_arrivals = interrupt_count(device->config_vector);
	play->t->up = true;
	status = device->transport->get_status(device);
	if (!HOLDS(play, SANE_5, !(status & VIRTIO_STATUS_NEEDS_RESET),
		   "DRIVER_OK was set, and device_status reads %#x: the device needs a reset",
		   status))
		return false;
	return !workload->start || HOLDS(play, SANE_2, workload->start(device, play->t->arena),
					 "the device could not be started: %s", device->problem);
}

/* From reset to traffic and back. */
static bool play_once(struct play *play)
{
	struct virtio_device *device = play->t->device;
	bool through = play->persona->by_window && !(play->ways & WAY_DIRECT);
	bool goes_along;

	device->access = through ? ACCESS_WINDOW : ACCESS_DIRECT;
	goes_along = come_up(play) && play->persona->serves(play) &&
		     take_steps(play, play->persona->end);

	start_over(play->t);
	device->access = ACCESS_DIRECT;
	return goes_along;
}

static bool goes_along(const struct play *play, uint32_t ways)
{
	struct play other = *play;

	other.ways |= ways;
	return play_once(&other);
}

/* Whether a list has a step. */
static bool has_step(const struct step *steps, bool (*does)(struct play *play, uint32_t number))
{
	while (steps->does && steps->does != does)
		steps++;
	return steps->does;
}

/* Habits that a device may mind, and the clause that it breaks when it does. */
static enum clause_id clause_of_habit(const struct play *play)
{
	const struct persona *persona = play->persona;

	if (persona->quiet && usual_interrupts(play->t->device) != INTERRUPT_NONE &&
	    goes_along(play, WAY_HEARD))
		return CLAUSE_SANE_14;
	/* Of a legacy interface no sentence says so. */
	if (persona->queues && !(play->t->device->traits & DEVICE_LEGACY) &&
	    goes_along(play, WAY_WHOLE))
		return CLAUSE_VQ_TXT_10;
	if (persona->looks_again && goes_along(play, WAY_PLACED))
		return CLAUSE_PCI_NOTIFY_TXT_2;
	if (persona->once && goes_along(play, WAY_ONCE))
		return CLAUSE_PCI_COMMON_8;
	if (has_step(persona->queue, enables) && play->queues > 1 && goes_along(play, WAY_TOGETHER))
		return CLAUSE_VQ_TXT_9;
	if (persona->one_piece && !has_accepted(play, VIRTIO_F_RING_PACKED) &&
	    goes_along(play, WAY_APART))
		return CLAUSE_SPLIT_TXT_2;
	return play->clause;
}

/* Fails the test under the clause that the device breaks; leaves it as not judged where the driver is to blame. */
static void tell(struct play *play, unsigned round)
{
	const struct persona *persona = play->persona;
	const struct play first = *play;
	bool excused = round && has_step(persona->end, unmaps_queues);

	if (persona->lawful) {
		play->ways |= WAY_LAWFUL;
		excused = excused || play_once(play);
	}
	CAN_JUDGE(play->t, !excused,
		  "%s driver would not come up here: %s; but it breaks a rule for drivers",
		  persona->driver, first.why);
	if (persona->by_window && goes_along(play, WAY_DIRECT))
		play->clause = CLAUSE_PCI_CFGACC_TXT_3;
	else if (play->clause == CLAUSE_SANE_1)
		play->clause = clause_of_habit(play);
	check_broken(play->t, play->clause, "%s driver would not come up here: %s", persona->driver,
		     play->why);
	leave_test(play->t);
}

/* Who takes the index of a queue for its place is right about some devices, and wrong about others that conform as well. */
static void insist_on_places(const struct play *play)
{
	const struct virtio_device *device = play->t->device;
	bool guesses = has_step(play->persona->queue, guesses_place);

	for (unsigned n = 0; guesses && n < device->queue_count; n++)
		CAN_JUDGE(
			play->t, !device->queues[n] || device->queues[n]->notify_off == n,
			"%s driver notifies queue %u at place %u, whatever queue_notify_off says: "
			"here that is %u",
			play->persona->driver, n, n, device->queues[n]->notify_off);
}

/* What the persona asks is asked of the device as any test brings it up: else the way would be blamed for it. */
static void ask_plainly(struct play *play)
{
	const struct persona *persona = play->persona;

	play->ways = WAY_PLAIN;
	bring_up_queues(play->t, persona->control ? ALL_QUEUES : usual_queues(play->t));
	insist_on_places(play);
	CAN_JUDGE(play->t, persona->serves(play), "however it is brought up, %s", play->why);
	start_over(play->t);
	play->ways = 0;
}

void play_persona(struct test_run *t, const struct persona *persona)
{
	static struct play play;

	play = (struct play){.t = t, .persona = persona};
	CAN_JUDGE(t,
		  !features_have(&t->device->offered, VIRTIO_F_ACCESS_PLATFORM) ||
			  (persona->takes & BIT64(VIRTIO_F_ACCESS_PLATFORM)),
		  "%s driver does not know VIRTIO_F_ACCESS_PLATFORM, which the device offers",
		  persona->driver);
	ask_plainly(&play);
	for (unsigned round = 0; round < ROUNDS; round++) {
		if (!play_once(&play))
			tell(&play, round);
	}
}
