/* SPDX-License-Identifier: BSD-2-Clause */
/* A device is unplugged amid requests, and plugged in again: it is gone, then there, and serves. */
#include "arch/clock.h"
#include "pci/bar.h"
#include "pci/bus.h"
#include "pci/slot.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/judge/finding.h"
#include "tests/harness/subject/subject.h"
#include "tests/transport/common/transport.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/pci/device.h"

#define TIMES     2u
#define IN_FLIGHT 4u

/* A function is there for sure this long after it was given power (PCI Express Base 4.0, 6.6.1). */
#define POWER_UP_NS NANOSECONDS_A_SECOND
#define WATCH_NS    20000000ull

struct place {
	struct pci_slot slot;
	const struct pci_function *function;
};

static bool answers(const struct place *place)
{
	uint32_t id = pci_read32(place->function, PCI_VENDOR_ID);

	return id == ((uint32_t)place->function->device << 16 | place->function->vendor);
}

static bool is_gone(void *place)
{
	return !answers(place) && !pci_slot_filled(&((struct place *)place)->slot);
}

static bool is_asked_for(void *place)
{
	return pci_slot_asked(&((struct place *)place)->slot);
}

static bool is_filled(void *place)
{
	return pci_slot_filled(&((struct place *)place)->slot);
}

static bool is_there(void *place)
{
	return answers(place);
}

static bool wait_for(bool (*condition)(void *place), struct place *place)
{
	return wait_until(condition, place, clock_deadline(POWER_UP_NS));
}

/* What is gone for good is driven no more, nor looked at. */
NORETURN static void be_without(struct test_run *t, const char *why)
{
	virtio_give_back_queues(t->device);
	t->up = false;
	face_of(t->device)->unusable = "it was unplugged, and is not there again";
	skip_test(t, "the host was asked for \"plug\": %s", why);
}

static void give_back_places(struct pci_function *function)
{
	for (unsigned bar = 0; bar < PCI_BARS; bar++) {
		if (function->bars[bar].present && function->bars[bar].address)
			pci_bar_assign(function, bar, function->bars[bar].address);
	}
	pci_enable(function);
}

/* It is found in its slot by its ids, and gets its places in memory back. */
static void plug(struct test_run *t, struct place *place)
{
	struct ask ask = ask_for("plug", t->device);
	char why[FINDING_WORDS / 2];

	ask_number(&ask, "number", pci_slot_number(&place->slot));
	if (ask_host(&ask, why, sizeof(why)) != TOLD_OK)
		be_without(t, why);
	if (wait_for(is_filled, place))
		pci_slot_power(&place->slot, true);
	if (!CHECK(t, SANE_13, wait_for(is_there, place),
		   "it was plugged in, its slot has power, and it does not answer there"))
		be_without(t, "it does not answer");
	give_back_places(virtio_pci(t->device)->function);
	/* It may be another one, of other settings. */
	if (t->device->config_length)
		remember_configuration(&face_of(t->device)->contact, t->device);
}

/* As an operator would have it: asked, let go, gone. */
static void unplug(struct test_run *t, struct place *place)
{
	struct ask ask = ask_for("unplug", t->device);

	pci_slot_asked(&place->slot);
	ask_or_skip(t, &ask);
	wait_for(is_asked_for, place);
	pci_slot_power(&place->slot, false);
	if (CHECK(t, SANE_13, wait_for(is_gone, place),
		  "it was unplugged, its slot has no power, and it still answers there"))
		return;
	plug(t, place);
	leave_test(t);
}

/* Requests are on their way as the device goes: what they name is not touched once it is gone (SANE-6). */
static void send_out(struct test_run *t)
{
	struct virtqueue *queue = work_queue(t);

	for (unsigned n = 0; n < IN_FLIGHT && queue->free > 2 * 3; n++)
		submit(t, queue, new_request(t, n));
}

static unsigned used_now(struct virtqueue *queue)
{
	struct completion completion;
	unsigned count = 0;

	while (virtqueue_take(queue, &completion))
		count++;
	return count;
}

/* Another slot of the same bus with nothing in it; false: there is none. */
static bool find_empty_slot(const struct place *own, struct pci_slot *slot)
{
	unsigned count;
	const struct pci_function *functions = pci_functions(&count);

	for (unsigned n = 0; n < count; n++) {
		if (&functions[n] != own->slot.port &&
		    functions[n].address.bus == own->slot.port->address.bus &&
		    functions[n].header_type == PCI_HEADER_BRIDGE &&
		    pci_slot_find(&functions[n], slot) && !pci_slot_filled(slot))
			return true;
	}
	return false;
}

static void exchange_register(const struct pci_function *a, const struct pci_function *b,
			      unsigned offset)
{
	uint32_t value = pci_read32(a, offset);

	pci_write32(a, offset, pci_read32(b, offset));
	pci_write32(b, offset, value);
}

/*
 * What is plugged into the other slot is found where it was, on the same bus and in the same windows: the ports exchange
 * them, with nothing behind either.
 */
static void move(struct place *place, struct pci_slot *other, struct pci_function *function)
{
	static const unsigned registers[] = {PCI_MEMORY_BASE, PCI_PREFETCHABLE_BASE,
					     PCI_PREFETCHABLE_BASE_UPPER,
					     PCI_PREFETCHABLE_LIMIT_UPPER, PCI_PRIMARY_BUS};
	struct pci_slot own = place->slot;

	for (unsigned n = 0; n < ARRAY_LENGTH(registers); n++)
		exchange_register(own.port, other->port, registers[n]);
	place->slot = *other;
	*other = own;
	function->bridge = (struct pci_function *)place->slot.port;
}

static void serve(struct test_run *t, const char *where)
{
	struct completion completion;

	start_over(t);
	bring_up(t);
	submit(t, work_queue(t), new_request(t, 1));
	INSIST(t, SANE_1, await_completion(t, work_queue(t), &completion),
	       "it was plugged into %s slot, and a plain request is not completed in time", where);
}

TEST(lifecycle, device_is_plugged_into_another_slot,
     .about =
	     "a device that is plugged into another slot is found and serves there, and back again",
     .needs = NEEDS_WORK | NEEDS_HOST, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(SANE_1, SANE_13), .timeout_ms = 60000)
{
	struct virtio_pci_device *pci = virtio_pci(t->device);
	struct place place = {.function = pci->function};
	struct pci_slot other;

	CAN_JUDGE(t, pci_slot_find(pci->function->bridge, &place.slot),
		  "it is in no slot that can be emptied");
	CAN_JUDGE(t, find_empty_slot(&place, &other), "there is no other slot that is empty");
	bring_up(t);
	work_once(t, 1);
	for (unsigned n = 0; n < TIMES; n++) {
		unplug(t, &place);
		move(&place, &other, pci->function);
		plug(t, &place);
		serve(t, n ? "its old" : "another");
	}
}

TEST(lifecycle, device_is_unplugged_and_plugged_in_again,
     .about =
	     "a device that is unplugged amid requests is gone; plugged in again it is found, and serves",
     .needs = NEEDS_WORK | NEEDS_HOST, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(SANE_1, SANE_6, SANE_13), .timeout_ms = 60000)
{
	struct virtio_pci_device *pci = virtio_pci(t->device);
	struct place place = {.function = pci->function};

	CAN_JUDGE(t, pci_slot_find(pci->function->bridge, &place.slot),
		  "it is in no slot that can be emptied");
	bring_up(t);
	work_once(t, 1);
	for (unsigned n = 0; n < TIMES; n++) {
		unsigned late;

		send_out(t);
		unplug(t, &place);
		used_now(work_queue(t));
		await_use(work_queue(t), clock_deadline(WATCH_NS));
		late = used_now(work_queue(t));
		plug(t, &place);
		CHECK(t, SANE_6, !late, "%u buffers were used after it had been unplugged", late);
		start_over(t);
		bring_up(t);
		work_once(t, 2 + n);
	}
}
