/* SPDX-License-Identifier: BSD-2-Clause */
/* links: virtio/transport/setup.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/clock.h"
#include "arch/interrupt.h"
#include "lib/format.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/setup.h"

#define QUEUES    3
#define SIZE      8
#define VECTOR_AT 0x40 /* the first that is given away */
#define LINE_AT   0x80

/* What was done to the device, in order, and how it is. */
static struct {
	char words[2048];
	struct text log;
	uint8_t status, status_kept; /* the second: bits that a reset leaves */
	bool declines;               /* FEATURES_OK does not stick */
	bool echoes;                 /* each selector shows something */
	uint16_t size;
	unsigned vectors_left; /* that the device can map */
	unsigned allocated, freed;
} world;

static struct virtqueue rings[QUEUES];

/* Time passes fast for one who waits. */
uint64_t clock_from_ns(uint64_t nanoseconds)
{
	return nanoseconds / 1000000;
}

unsigned interrupt_allocate(void)
{
	return VECTOR_AT + world.allocated++;
}

void interrupt_free(unsigned vector)
{
	world.freed++;
}

uint64_t interrupt_count(unsigned vector)
{
	return 100 + vector;
}

bool virtqueue_size_fits(const struct virtio_device *device, uint16_t size)
{
	return IS_POWER_OF_TWO(size);
}

struct virtqueue *virtqueue_create(struct virtio_device *device, uint16_t index, uint16_t size,
				   const struct ring_shape *shape, struct arena *arena)
{
	rings[index] = (struct virtqueue){
		.device = device, .index = index, .size = size, .entry = VIRTIO_MSI_NO_VECTOR};
	return &rings[index];
}

struct virtqueue_areas virtqueue_areas(const struct virtqueue *queue)
{
	return (struct virtqueue_areas){1, 2, 3};
}

#define LOG(...) text_add(&world.log, __VA_ARGS__)

static uint8_t get_status(struct virtio_device *device)
{
	LOG("status? ");
	return world.status;
}

static void set_status(struct virtio_device *device, uint8_t status)
{
	LOG("status=%#x ", status);
	world.status = status ? status : world.status_kept;
	if (world.declines)
		world.status &= (uint8_t)~VIRTIO_STATUS_FEATURES_OK;
}

static uint32_t offered_features(struct virtio_device *device, unsigned word)
{
	LOG("offer%u ", word);
	return word < FEATURE_BITS / 32 || world.echoes ? word + 1 : 0;
}

static void set_features(struct virtio_device *device, unsigned word, uint32_t bits)
{
	LOG("take%u=%#x ", word, bits);
}

static void select_queue(struct virtio_device *device, unsigned queue)
{
	LOG("select%u ", queue);
}

static uint16_t queue_size(struct virtio_device *device)
{
	LOG("size? ");
	return world.size;
}

static void set_queue_size(struct virtio_device *device, uint16_t size)
{
	LOG("size=%u ", size);
	world.size = size;
}

static void set_queue_area(struct virtio_device *device, enum queue_area area, uint64_t address)
{
	LOG("area%u=%lu ", area, address);
}

static void enable_queue(struct virtio_device *device)
{
	LOG("enable ");
}

static void start_queue_reset(struct virtio_device *device)
{
	LOG("reset ");
}

static uint16_t queue_reset(struct virtio_device *device)
{
	return 0;
}

static bool find_notification(struct virtqueue *queue)
{
	LOG("notify? ");
	return true;
}

static void enable_messages(struct virtio_device *device)
{
	LOG("messages ");
}

static void disable_messages(struct virtio_device *device)
{
	LOG("no-messages ");
}

static bool aim(struct virtio_device *device, unsigned entry, unsigned vector, unsigned cpu)
{
	LOG("aim%u=%#x@%u ", entry, vector, cpu);
	return true;
}

static uint16_t map(uint16_t entry)
{
	if (!world.vectors_left)
		return VIRTIO_MSI_NO_VECTOR;
	world.vectors_left--;
	return entry;
}

static uint16_t map_configuration(struct virtio_device *device, uint16_t entry)
{
	LOG("configuration=%u ", entry);
	return map(entry);
}

static uint16_t map_queue(struct virtio_device *device, uint16_t entry)
{
	LOG("queue=%u ", entry);
	return map(entry);
}

static unsigned claim(struct virtio_device *device, unsigned cpu)
{
	LOG("line@%u ", cpu);
	return LINE_AT;
}

static void silence(struct virtio_device *device)
{
	LOG("silence ");
}

static void release(struct virtio_device *device)
{
	LOG("release ");
}

static const struct virtio_messages messages = {
	.enable = enable_messages,
	.disable = disable_messages,
	.aim = aim,
	.map_configuration = map_configuration,
	.map_queue = map_queue,
};

static const struct virtio_line line = {.claim = claim, .silence = silence, .release = release};

static const struct virtio_transport whole = {
	.get_status = get_status,
	.set_status = set_status,
	.has_features_ok = true,
	.offered_features = offered_features,
	.set_features = set_features,
	.select_queue = select_queue,
	.queue_size = queue_size,
	.set_queue_size = set_queue_size,
	.queue_size_is_held = true,
	.set_queue_area = set_queue_area,
	.enable_queue = enable_queue,
	.start_queue_reset = start_queue_reset,
	.queue_reset = queue_reset,
	.find_notification = find_notification,
	.messages = &messages,
	.line = &line,
};

/* A legacy one: what it lacks is not done. */
static const struct virtio_transport poor = {
	.get_status = get_status,
	.set_status = set_status,
	.offered_features = offered_features,
	.set_features = set_features,
	.select_queue = select_queue,
	.queue_size = queue_size,
	.set_queue_size = set_queue_size,
	.set_queue_area = set_queue_area,
	.find_notification = find_notification,
};

static struct virtio_device device;

static int setup(void **state)
{
	memset(&world, 0, sizeof(world));
	world.log = TEXT_ON(world.words);
	world.size = SIZE;
	world.vectors_left = 16;
	device = (struct virtio_device){.transport = &whole, .vectors = 16};
	return 0;
}

static void forget(void)
{
	world.log = TEXT_ON(world.words);
	world.words[0] = 0;
}

static void done(const char *expected)
{
	assert_string_equal(world.words, expected);
	forget();
}

static void status_0_is_waited_for(void **state)
{
	world.status = 0xf;
	assert_true(virtio_reset(&device));
	done("status=0x0 status? ");
}

static void a_reset_that_never_ends_is_told(void **state)
{
	world.status_kept = VIRTIO_STATUS_NEEDS_RESET;
	assert_false(virtio_reset(&device));
	assert_string_equal(device.problem,
			    "device_status does not read 0 within 3 s of writing 0");
}

static void features_are_negotiated_in_order(void **state)
{
	const struct features features = {{0x200000003, 0}};

	assert_true(virtio_negotiate(&device, features));
	done("status=0x1 status=0x3 offer0 offer1 offer2 offer3 offer127 "
	     "take0=0x3 take1=0x2 take2=0x0 take3=0x0 status=0xb status? ");
	assert_true(features_equal(&device.negotiated, &features));
	assert_int_equal(device.offered.words[0], 0x200000001);
	assert_int_equal(device.offered.words[1], 0x400000003);
}

static void words_of_a_device_that_shows_any_word_are_not_believed(void **state)
{
	struct features offer = virtio_read_offer(&device);

	assert_true(offer.words[0] == 0x200000001 && offer.words[1] == 0x400000003);
	world.echoes = true;
	offer = virtio_read_offer(&device);
	assert_true(offer.words[0] == 0x200000001 && offer.words[1] == 0);
}

static void declined_features_are_told(void **state)
{
	world.declines = true;
	assert_false(virtio_negotiate(&device, NO_FEATURES));
}

static void without_features_ok_the_features_count(void **state)
{
	device.transport = &poor;
	assert_true(virtio_negotiate(&device, NO_FEATURES));
	done("status=0x1 status=0x3 offer0 offer1 offer2 offer3 offer127 "
	     "take0=0x0 take1=0x0 take2=0x0 take3=0x0 ");
}

static bool set_up(unsigned count, const struct virtqueue_request *requests,
		   enum interrupt_mode mode)
{
	return virtio_set_up_queues(&device, count, requests, mode, NULL);
}

static void queues_get_rings_then_vectors_then_are_enabled(void **state)
{
	const struct virtqueue_request requests[] = {{.cpu = 1}, {.size = 4}};

	assert_true(set_up(2, requests, INTERRUPT_MSIX));
	done("messages aim0=0x40@0 configuration=0 "
	     "select0 size? area0=1 area1=2 area2=3 notify? aim1=0x41@1 queue=1 "
	     "select1 size? size=4 size? area0=1 area1=2 area2=3 notify? aim2=0x42@0 queue=2 "
	     "select0 enable select1 enable ");
	assert_int_equal(device.config_vector, 0x40);
	assert_int_equal(device.queues[1]->vector, 0x42);
	assert_int_equal(device.queues[1]->heard, interrupt_count(0x42));
	virtio_give_back_queues(&device);
	done("no-messages ");
	assert_int_equal(world.freed, 3);
	assert_int_equal(device.config_vector, 0);
}

static void queues_share_an_entry_where_there_are_few(void **state)
{
	const struct virtqueue_request requests[2] = {{0}};

	device.vectors = 2;
	assert_true(set_up(2, requests, INTERRUPT_MSIX));
	assert_int_equal(device.queues[0]->entry, 1);
	assert_int_equal(device.queues[1]->entry, 1);
	assert_int_equal(device.queues[1]->vector, device.queues[0]->vector);
	assert_int_not_equal(device.queues[0]->vector, device.config_vector);
	virtio_give_back_queues(&device);
	assert_int_equal(world.freed, 2);
}

static void a_single_entry_serves_all(void **state)
{
	const struct virtqueue_request requests[1] = {{0}};

	device.vectors = 1;
	assert_true(set_up(1, requests, INTERRUPT_MSIX));
	assert_int_equal(device.queues[0]->entry, 0);
	assert_int_equal(device.queues[0]->vector, device.config_vector);
	virtio_give_back_queues(&device);
	assert_int_equal(world.freed, 1);
}

static void a_vector_that_the_device_has_not_is_told(void **state)
{
	const struct virtqueue_request requests[1] = {{0}};

	world.vectors_left = 1;
	assert_false(set_up(1, requests, INTERRUPT_MSIX));
	assert_true(device.vector_refused);
	assert_string_equal(device.problem,
			    "queue_msix_vector does not read back what was written");
}

static void queues_that_are_skipped_or_held_are_left(void **state)
{
	const struct virtqueue_request requests[] = {{.skip = true}, {.held = true}, {0}};

	assert_true(set_up(3, requests, INTERRUPT_NONE));
	done("silence select1 size? area0=1 area1=2 area2=3 notify? "
	     "select2 size? area0=1 area1=2 area2=3 notify? select2 enable ");
	assert_null(device.queues[0]);
	assert_int_equal(device.queues[1]->vector, 0);
}

static void the_line_is_claimed_for_all(void **state)
{
	const struct virtqueue_request requests[2] = {{.cpu = 1}, {0}};

	assert_true(set_up(2, requests, INTERRUPT_INTX));
	done("silence line@1 select0 size? area0=1 area1=2 area2=3 notify? "
	     "select1 size? area0=1 area1=2 area2=3 notify? select0 enable select1 enable ");
	assert_int_equal(device.queues[0]->vector, LINE_AT);
	assert_int_equal(device.queues[1]->vector, LINE_AT);
	device.vectors = 0;
	virtio_give_back_queues(&device);
	done("release ");
	assert_int_equal(world.freed, 1);
}

static void what_a_transport_lacks_is_not_done(void **state)
{
	const struct virtqueue_request requests[1] = {{0}};

	device.transport = &poor;
	device.vectors = 0;
	assert_true(set_up(1, requests, INTERRUPT_NONE));
	done("select0 size? size=8 area0=1 area1=2 area2=3 notify? ");
	assert_false(set_up(1, requests, INTERRUPT_MSIX));
	assert_string_equal(device.problem, "it has no interrupt messages");
}

static void sizes_that_no_ring_can_have_are_refused(void **state)
{
	const struct virtqueue_request requests[1] = {{0}};

	world.size = 0;
	assert_false(set_up(1, requests, INTERRUPT_NONE));
	world.size = 7;
	assert_false(set_up(1, requests, INTERRUPT_NONE));
	assert_string_equal(device.problem,
			    "queue_size is no power of 2, which a split ring needs");
}

static void a_queue_is_reset_and_enabled_again(void **state)
{
	const struct virtqueue_request requests[1] = {{0}};
	struct virtqueue old;

	assert_true(set_up(1, requests, INTERRUPT_MSIX));
	old = *device.queues[0];
	forget();
	assert_true(virtio_reset_queue(&old));
	done("select0 reset ");
	device.queues[0] = &old;
	assert_true(virtio_enable_queue(&device, 0, requests, NULL));
	done("select0 size? area0=1 area1=2 area2=3 notify? queue=1 enable ");
	assert_int_equal(device.queues[0]->vector, old.vector);
}

static void messages_follow_to_another_cpu(void **state)
{
	const struct virtqueue_request requests[2] = {{0}};

	assert_true(set_up(2, requests, INTERRUPT_MSIX_SHARED));
	forget();
	assert_true(virtio_set_affinity(device.queues[0], 3));
	done("aim1=0x41@3 ");
	assert_int_equal(device.queues[1]->cpu, 3);
	assert_true(set_up(1, requests, INTERRUPT_INTX));
	assert_false(virtio_set_affinity(device.queues[0], 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(status_0_is_waited_for, setup),
		cmocka_unit_test_setup(a_reset_that_never_ends_is_told, setup),
		cmocka_unit_test_setup(features_are_negotiated_in_order, setup),
		cmocka_unit_test_setup(words_of_a_device_that_shows_any_word_are_not_believed,
				       setup),
		cmocka_unit_test_setup(declined_features_are_told, setup),
		cmocka_unit_test_setup(without_features_ok_the_features_count, setup),
		cmocka_unit_test_setup(queues_get_rings_then_vectors_then_are_enabled, setup),
		cmocka_unit_test_setup(queues_share_an_entry_where_there_are_few, setup),
		cmocka_unit_test_setup(a_single_entry_serves_all, setup),
		cmocka_unit_test_setup(a_vector_that_the_device_has_not_is_told, setup),
		cmocka_unit_test_setup(queues_that_are_skipped_or_held_are_left, setup),
		cmocka_unit_test_setup(the_line_is_claimed_for_all, setup),
		cmocka_unit_test_setup(what_a_transport_lacks_is_not_done, setup),
		cmocka_unit_test_setup(sizes_that_no_ring_can_have_are_refused, setup),
		cmocka_unit_test_setup(a_queue_is_reset_and_enabled_again, setup),
		cmocka_unit_test_setup(messages_follow_to_another_cpu, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
