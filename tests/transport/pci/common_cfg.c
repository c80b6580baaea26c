/* SPDX-License-Identifier: BSD-2-Clause */
/* Selectors, queue fields and widths of the common configuration structure (virtio 1.4, 4.1.4.3). */
#include "tests/harness/subject/subject.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/registers.h"

#define QUEUES_LOOKED_AT 64u

/* There may be devices without queues; their queue fields mean nothing. */
static void require_queue(struct test_run *t)
{
	if (!offered_queues(t->device))
		skip_test(t, "the device has no queue");
}

static unsigned queues_to_look_at(const struct virtio_device *device)
{
	return MINIMUM(offered_queues(device), QUEUES_LOOKED_AT);
}

TEST(transport, selectors_hold_what_is_written,
     .about = "device_feature_select, driver_feature_select and queue_select read back",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_TXT_2))
{
	static const uint32_t words[] = {0, 1, 2, 3, 1, 0};
	struct virtio_device *device = t->device;

	meet_device(device);
	for (unsigned n = 0; n < ARRAY_LENGTH(words); n++) {
		uint32_t other = 3 - words[n], device_word, driver_word;

		common_write(device, device_feature_select, words[n]);
		common_write(device, driver_feature_select, other);
		device_word = common_read(device, device_feature_select);
		driver_word = common_read(device, driver_feature_select);
		CHECK(t, PCI_COMMON_TXT_2, device_word == words[n],
		      "device_feature_select reads %#x after %#x", device_word, words[n]);
		CHECK(t, PCI_COMMON_TXT_2, driver_word == other,
		      "driver_feature_select reads %#x after %#x", driver_word, other);
	}
	for (unsigned n = queues_to_look_at(device); n-- > 0;) {
		uint16_t selected;

		device->transport->select_queue(device, n);
		selected = common_read(device, queue_select);
		CHECK(t, PCI_COMMON_TXT_2, selected == n, "queue_select reads %#x after %#x",
		      selected, n);
	}
}

TEST(transport, num_queues_counts_the_queues,
     .about = "the queues of the type exist below num_queues, and none does from there on",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_TXT_4))
{
	struct virtio_device *device = t->device;
	unsigned needed = t->workload ? t->workload->queues : 0, count;

	/* Some queues come with a feature. */
	agree_on(t, features_for(t));
	count = common_read(device, num_queues);
	CHECK(t, PCI_COMMON_TXT_4, count >= needed, "num_queues is %u, the type needs %u", count,
	      needed);
	for (unsigned n = 0; n < needed && n < count; n++) {
		device->transport->select_queue(device, n);
		CHECK(t, PCI_COMMON_TXT_4, common_read(device, queue_size) > 0,
		      "queue_size of queue %u is 0, and the type needs %u queues", n, needed);
	}
	if (features_have(&device->offered, VIRTIO_F_ADMIN_VQ))
		return; /* those that follow may be administration queues */
	for (unsigned n = count; n < count + 4 && n <= UINT16_MAX; n++) {
		uint16_t size;

		device->transport->select_queue(device, n);
		size = common_read(device, queue_size);
		CHECK(t, PCI_COMMON_TXT_4, size == 0 || common_read(device, queue_select) != n,
		      "num_queues is %u, and queue_size of queue %u is %u", count, n, size);
	}
}

TEST(transport, queue_size_of_an_absent_queue_is_zero,
     .about = "a queue_select that no queue answers to shows queue_size 0, not another queue's",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_17, PCI_COMMON_TXT_2))
{
	static const uint16_t beyond[] = {0x3ff, 0x7fff, 0x8000, 0xffff};
	struct virtio_device *device = t->device;
	unsigned count;

	if (features_have(&device->offered, VIRTIO_F_ADMIN_VQ))
		skip_test(t, "administration queues may lie anywhere beyond num_queues");
	agree_on(t, features_least(device));
	count = common_read(device, num_queues);
	for (unsigned n = 0; n <= ARRAY_LENGTH(beyond); n++) {
		unsigned index = n == 0 ? count : beyond[n - 1];
		uint16_t selected, size;

		if (index < count || index > UINT16_MAX)
			continue;
		device->transport->select_queue(device, 0);
		device->transport->select_queue(device, index);
		selected = common_read(device, queue_select);
		if (!CHECK(t, PCI_COMMON_TXT_2, selected == index,
			   "queue_select reads %#x after %#x was written", selected, index))
			continue;
		size = common_read(device, queue_size);
		CHECK(t, PCI_COMMON_17, size == 0,
		      "queue_size reads %u for queue %#x; there are %u queues", size, index, count);
	}
}

TEST(transport, queue_sizes_are_powers_of_two,
     .about = "without the packed ring queue_size is a power of two, before and after negotiation",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_18))
{
	struct virtio_device *device = t->device;

	meet_device(device);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned n = 0; n < queues_to_look_at(device); n++) {
			uint16_t size;

			device->transport->select_queue(device, n);
			size = common_read(device, queue_size);
			CHECK(t, PCI_COMMON_18, (size & (size - 1)) == 0,
			      "queue %u: queue_size is %u%s", n, size,
			      round ? " after negotiation" : "");
		}
		if (round)
			break;
		start_over(t);
		agree_on(t, features_least(device));
	}
}

TEST(transport, queue_size_can_be_lowered,
     .about = "a smaller power of two in queue_size reads back, queue by queue",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_TXT_6))
{
	struct virtio_device *device = t->device;

	agree_on(t, features_least(device));
	for (unsigned n = 0; n < queues_to_look_at(device); n++) {
		uint16_t most;

		device->transport->select_queue(device, n);
		most = common_read(device, queue_size);
		for (unsigned size = most / 2; size >= 2 && size >= most / 8u; size /= 2) {
			uint16_t got;

			common_write(device, queue_size, size);
			got = common_read(device, queue_size);
			CHECK(t, PCI_COMMON_TXT_6, got == size,
			      "queue %u: queue_size reads %u after %u (of at most %u)", n, got,
			      size, most);
		}
	}
}

/* Made-up addresses for a queue that is never enabled: different in each half, queue and area. */
static uint64_t made_up_address(unsigned queue, unsigned area)
{
	return ((uint64_t)(queue * 3 + area + 1) << 32) |
	       (0x40000000u + (queue * 4 + area) * 0x10000u);
}

static const struct {
	const char *name;
	uint32_t offset;
} areas[] = {
	{"queue_desc", COMMON_OFFSET(queue_desc)},
	{"queue_driver", COMMON_OFFSET(queue_driver)},
	{"queue_device", COMMON_OFFSET(queue_device)},
};

TEST(transport, queue_addresses_read_back,
     .about = "queue_desc, queue_driver and queue_device hold an address for each queue",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_TXT_9))
{
	struct virtio_device *device = t->device;

	agree_on(t, features_least(device));
	for (unsigned n = 0; n < queues_to_look_at(device); n++) {
		device->transport->select_queue(device, n);
		for (unsigned area = 0; area < ARRAY_LENGTH(areas); area++)
			common_write_at(device, areas[area].offset, 8, made_up_address(n, area));
	}
	for (unsigned n = 0; n < queues_to_look_at(device); n++) {
		device->transport->select_queue(device, n);
		for (unsigned area = 0; area < ARRAY_LENGTH(areas); area++) {
			uint64_t got = common_read_at(device, areas[area].offset, 8);

			CHECK(t, PCI_COMMON_TXT_9, got == made_up_address(n, area),
			      "queue %u: %s reads %#lx after %#lx", n, areas[area].name, got,
			      made_up_address(n, area));
		}
	}
}

TEST(transport, halves_of_addresses_are_independent,
     .about = "each half of a 64-bit field can be written and read without the other",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_LAYOUT_1))
{
	struct virtio_device *device = t->device;

	require_queue(t);
	agree_on(t, features_least(device));
	device->transport->select_queue(device, 0);
	for (unsigned area = 0; area < ARRAY_LENGTH(areas); area++) {
		uint32_t low = areas[area].offset, high = low + 4;
		uint64_t upper, lower;

		/* High half first; then the low one alone; then the high one alone. */
		common_write_at(device, high, 4, 0x12);
		common_write_at(device, low, 4, 0x34567000);
		upper = common_read_at(device, high, 4);
		lower = common_read_at(device, low, 4);
		if (!upper && !lower)
			skip_test(t, "the fields do not read back: see PCI-COMMON-TXT-9");
		CHECK(t, PCI_LAYOUT_1, upper == 0x12,
		      "the upper half of %s reads %#lx after 0x12 and a write to the lower half",
		      areas[area].name, upper);
		common_write_at(device, high, 4, 0x9a);
		lower = common_read_at(device, low, 4);
		CHECK(t, PCI_LAYOUT_1, lower == 0x34567000,
		      "the lower half of %s reads %#lx after 0x34567000 and a write to the upper "
		      "half",
		      areas[area].name, lower);
	}
}

TEST(transport, queue_enable_shows_what_was_enabled,
     .about = "queue_enable reads 1 for queues that were enabled and 0 for the others",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_TXT_7))
{
	struct virtio_device *device = t->device;
	unsigned count = MINIMUM(queues_of(device), 8u);
	const uint64_t odd = 0xaaaaaaaaaaaaaaaaull;

	set_up_polled(t, count, odd);
	for (unsigned n = 0; n < count; n++) {
		uint16_t enabled, expected = n % 2 == 0;

		if (!queue_is_there(device, n))
			continue;
		enabled = common_read(device, queue_enable);
		CHECK(t, PCI_COMMON_TXT_7, enabled == expected,
		      "queue %u, which was %senabled: queue_enable reads %#x", n,
		      expected ? "" : "not ", enabled);
	}
}

/* Fields that only the device may change, of the selected queue those that begin with "queue". */
static const struct read_only {
	const char *name;
	uint32_t offset;
	uint8_t width;
} read_only[] = {
	{"device_feature", COMMON_OFFSET(device_feature), 4},
	{"num_queues", COMMON_OFFSET(num_queues), 2},
	{"config_generation", COMMON_OFFSET(config_generation), 1},
	{"queue_notify_off", COMMON_OFFSET(queue_notify_off), 2},
};

TEST(transport, read_only_fields_stay_as_they_are,
     .about = "nothing that is written changes a field that only the device may change",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_TXT_3),
     .breaks = RULES(DRIVER_COMMON_2))
{
	struct virtio_device *device = t->device;

	agree_on(t, features_least(device));
	common_write(device, device_feature_select, 1);
	for (unsigned queue = 0; queue < MAXIMUM(queues_to_look_at(device), 1u); queue++) {
		device->transport->select_queue(device, queue);
		for (unsigned n = 0; n < ARRAY_LENGTH(read_only); n++) {
			const struct read_only *field = &read_only[n];
			uint64_t ones = BIT64(field->width * 8) - 1;
			uint64_t before = common_read_at(device, field->offset, field->width);
			uint64_t after;

			common_write_at(device, field->offset, field->width, before ^ ones);
			after = common_read_at(device, field->offset, field->width);
			if (after == (before ^ ones))
				common_write_at(device, field->offset, field->width, before);
			/* The generation may change by itself, and then by little. */
			CHECK(t, PCI_COMMON_TXT_3,
			      after == before || (field->width == 1 && after != (before ^ ones)),
			      "queue %u selected: %s read %#lx, and %#lx after %#lx was written",
			      queue, field->name, before, after, before ^ ones);
		}
	}
	for (unsigned n = 0; n < queues_to_look_at(device); n++) {
		uint64_t offset;

		device->transport->select_queue(device, n);
		offset = common_read(device, queue_notify_off);
		common_write(device, queue_size, common_read(device, queue_size));
		common_write(device, queue_desc, made_up_address(n, 0));
		CHECK(t, PCI_COMMON_TXT_3, common_read(device, queue_notify_off) == offset,
		      "queue %u: queue_notify_off read %lu and reads %u once queue_desc was written",
		      n, offset, common_read(device, queue_notify_off));
	}
}

/* The fields of queue 0 that a driver writes, as they read now. */
struct queue_fields {
	uint64_t select, size, msix_vector, desc, driver, device;
};

static struct queue_fields queue_fields_now(struct virtio_device *device)
{
	return (struct queue_fields){
		.select = common_read(device, queue_select),
		.size = common_read(device, queue_size),
		.msix_vector = common_read(device, queue_msix_vector),
		.desc = common_read(device, queue_desc),
		.driver = common_read(device, queue_driver),
		.device = common_read(device, queue_device),
	};
}

#define CHECK_UNTOUCHED(t, before, now, field, written)                                            \
	CHECK(t, CFG_TXT_2, (now).field == (before).field,                                         \
	      #field " of queue 0 read %#lx and reads %#lx after " written " was written",         \
	      (before).field, (now).field)

TEST(transport, fields_answer_to_their_own_width,
     .about = "a write as wide as its field leaves the fields beside it alone",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(CFG_TXT_2))
{
	struct virtio_device *device = t->device;
	struct queue_fields before, now;

	require_queue(t);
	agree_on(t, features_least(device));
	device->transport->select_queue(device, 0);
	before = queue_fields_now(device);

	common_write(device, device_status, STATUS_NEGOTIATED);
	now = queue_fields_now(device);
	CHECK_UNTOUCHED(t, before, now, select, "device_status");
	CHECK_UNTOUCHED(t, before, now, size, "device_status");

	common_write(device, queue_size, MAXIMUM(before.size / 2, (uint64_t)1));
	now = queue_fields_now(device);
	CHECK_UNTOUCHED(t, before, now, select, "queue_size");
	CHECK_UNTOUCHED(t, before, now, msix_vector, "queue_size");

	before = now;
	common_write(device, queue_desc, made_up_address(0, 0));
	now = queue_fields_now(device);
	CHECK_UNTOUCHED(t, before, now, size, "queue_desc");
	CHECK_UNTOUCHED(t, before, now, driver, "queue_desc");

	before = now;
	common_write(device, queue_driver, made_up_address(0, 1));
	now = queue_fields_now(device);
	CHECK_UNTOUCHED(t, before, now, desc, "queue_driver");
	CHECK_UNTOUCHED(t, before, now, device, "queue_driver");

	CHECK(t, CFG_TXT_2, common_read(device, device_status) == STATUS_NEGOTIATED,
	      "device_status reads %#x after the fields of queue 0 were written",
	      common_read(device, device_status));
}

TEST(transport, fields_are_little_endian,
     .about = "a select of 1 finds the second feature word and the second queue",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_LAYOUT_TXT_1))
{
	struct virtio_device *device = t->device;
	uint32_t word;

	agree_on(t, features_for(t));
	common_write(device, device_feature_select, 1);
	word = common_read(device, device_feature);
	CHECK(t, PCI_LAYOUT_TXT_1, (word & 1) || !(word & 0x01000000),
	      "VIRTIO_F_VERSION_1 stands at the wrong end of the second feature word, %#x", word);
	/* One that the type needs: others may be unavailable. */
	if (!t->workload || t->workload->queues < 2)
		return;
	device->transport->select_queue(device, 1);
	CHECK(t, PCI_LAYOUT_TXT_1, common_read(device, queue_size) > 0,
	      "there are %u queues, and 1 in queue_select shows none",
	      common_read(device, num_queues));
}

TEST(transport, ring_addresses_go_in_low_half_first,
     .about = "a queue works whose addresses were written low half first", .needs = NEEDS_WORK,
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_LAYOUT_TXT_2))
{
	struct virtqueue *queue;
	struct request *request;
	struct completion completion;

	bring_up(t);
	queue = work_queue(t);
	request = new_request(t, 1);
	submit(t, queue, request);
	CHECK(t, PCI_LAYOUT_TXT_2, await_completion(t, queue, &completion),
	      "a request on a ring at %#lx is not completed", virtqueue_areas(queue).desc);
}
