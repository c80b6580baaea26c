/* SPDX-License-Identifier: BSD-2-Clause */
/* links: virtio/onlooker.c pci/function.c */
/* links: selfcheck/unit/fake_pci.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/interrupt.h"
#include "selfcheck/unit/fake_pci.h"
#include "virtio/onlooker.h"
#include "virtio/ring/queue.h"

static interrupt_filter *filter;

void interrupt_set_filter(interrupt_filter *function)
{
	filter = function;
}

/* The device at the end of the road: what was written to it, and what it reads as. */
static uint64_t device_value;

static uint64_t read_device(const struct register_access *access)
{
	return device_value;
}

static void write_device(const struct register_access *access, uint64_t value)
{
	device_value = value;
}

static const struct register_road road = {.read = read_device, .write = write_device};
static struct virtio_device device = {.road = &road}, other = {.road = &road};
static const struct register_access access = {&device, STRUCTURE_COMMON, 20, 1};
static struct virtqueue queue = {.device = &device};

/* Each appends its digit to what passes; the order of the digits is the order in which they stand. */
static unsigned digit(const struct onlooker *self)
{
	return (unsigned)(uintptr_t)self->context;
}

static uint64_t append_to_read(struct onlooker *self, const struct register_access *seen,
			       uint64_t value)
{
	return value * 10 + digit(self);
}

static bool append_to_write(struct onlooker *self, const struct register_access *seen,
			    uint64_t *value)
{
	*value = *value * 10 + digit(self);
	return true;
}

static bool swallow(struct onlooker *self, const struct register_access *seen, uint64_t *value)
{
	return false;
}

static unsigned passed;

static void append(struct onlooker *self, struct virtqueue *seen)
{
	assert_ptr_equal(seen, &queue);
	passed = passed * 10 + digit(self);
}

static bool append_arrival(struct onlooker *self, unsigned vector)
{
	passed = passed * 10 + digit(self);
	return vector != 0x40;
}

static uint32_t append_to_config(struct onlooker *self, const struct pci_function *function,
				 unsigned offset, unsigned width, uint32_t value)
{
	return value * 10 + digit(self);
}

#define STANDS(where, number)                                                                      \
	{                                                                                          \
		.place = (where), .context = (void *)(number), .read = append_to_read,             \
		.write = append_to_write, .publish = append, .used = append,                       \
		.arrival = append_arrival, .config_read = append_to_config                         \
	}
static struct onlooker watch, trace, saboteur, disguise;

static int fresh(void **state)
{
	watch = (struct onlooker)STANDS(ONLOOKER_WATCHES, 1);
	trace = (struct onlooker)STANDS(ONLOOKER_TRACES, 2);
	saboteur = (struct onlooker)STANDS(ONLOOKER_INTERFERES, 3);
	disguise = (struct onlooker)STANDS(ONLOOKER_DISGUISES, 4);
	device_value = 0;
	passed = 0;
	return 0;
}

/* In an order that is not that of their places. */
static void push_all(void)
{
	onlooker_push(&saboteur);
	onlooker_push(&watch);
	onlooker_push(&disguise);
	onlooker_push(&trace);
}

static int pop_all(void **state)
{
	onlooker_pop(&watch);
	onlooker_pop(&trace);
	onlooker_pop(&saboteur);
	onlooker_pop(&disguise);
	assert_null(onlookers);
	assert_null(filter);
	assert_null(pci_interposer);
	return 0;
}

static uint64_t written(void)
{
	uint64_t value = 0;

	return onlookers_write(&access, &value) ? value : UINT64_MAX;
}

static void places_are_the_order(void **state)
{
	push_all();
	assert_int_equal(written(), 1234);
	assert_int_equal(onlookers_read(&access, 0), 4321);
	onlookers_publish(&device, &queue);
	assert_int_equal(passed, 1234);
	passed = 0;
	onlookers_used(&device, &queue);
	assert_int_equal(passed, 4321);
	passed = 0;
	assert_true(filter(0x41));
	assert_int_equal(passed, 4321);
}

static void the_later_of_a_place_is_nearer_to_the_driver(void **state)
{
	trace.place = ONLOOKER_INTERFERES;
	push_all();
	assert_int_equal(written(), 1234);
	onlooker_push(&saboteur);
	assert_int_equal(written(), 1324);
}

static void a_pop_leaves_the_others(void **state)
{
	push_all();
	onlooker_pop(&trace);
	onlooker_pop(&trace);
	assert_int_equal(written(), 134);
	onlooker_pop(&disguise);
	assert_int_equal(onlookers_read(&access, 0), 31);
	onlooker_pop(&watch);
	assert_int_equal(written(), 3);
}

static void who_swallows_hides_from_those_behind(void **state)
{
	saboteur.write = swallow;
	push_all();
	assert_int_equal(written(), UINT64_MAX);
	passed = 0;
	assert_false(filter(0x40));
	assert_int_equal(passed, 4);
}

static void own_accesses_go_on_from_the_place(void **state)
{
	push_all();
	device_value = 5;
	assert_int_equal(onlooker_read(&saboteur, &access), 54);
	onlooker_write(&trace, &access, 6);
	assert_int_equal(device_value, 634);
	disguise.write = swallow;
	onlooker_write(&trace, &access, 7);
	assert_int_equal(device_value, 634);
}

static void one_of_a_device_sees_no_other(void **state)
{
	fake_reset();
	struct pci_function function = fake_opened(fake_add(NULL, 3, 0));
	struct pci_function another = fake_opened(fake_add(NULL, 4, 0));

	saboteur.device = &other;
	saboteur.function = &another;
	disguise.device = &device;
	push_all();
	assert_int_equal(written(), 124);
	assert_int_equal(pci_read8(&function, 0x40), 21);
	assert_int_equal(pci_read16(&another, 0x40), 321);
	struct pci_function copy = another;

	assert_int_equal(pci_read16(&copy, 0x40), 321);
}

static void those_who_change_a_device_can_rest(void **state)
{
	saboteur.device = &device;
	disguise.device = &device;
	push_all();
	onlookers_rest(&other, true);
	assert_int_equal(written(), 1234);
	onlookers_rest(&device, true);
	assert_int_equal(written(), 12);
	passed = 0;
	assert_true(filter(0x41));
	assert_int_equal(passed, 21);
	onlookers_rest(&device, false);
	assert_int_equal(written(), 1234);
}

int main(void)
{
#define ALONE(test) cmocka_unit_test_setup_teardown(test, fresh, pop_all)
	const struct CMUnitTest tests[] = {
		ALONE(places_are_the_order),
		ALONE(the_later_of_a_place_is_nearer_to_the_driver),
		ALONE(a_pop_leaves_the_others),
		ALONE(who_swallows_hides_from_those_behind),
		ALONE(own_accesses_go_on_from_the_place),
		ALONE(one_of_a_device_sees_no_other),
		ALONE(those_who_change_a_device_can_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
