/* SPDX-License-Identifier: BSD-2-Clause */
/* The selectors of feature words in the common configuration (virtio 1.4, 4.1.4.3). */
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/registers.h"

TEST(transport, feature_words_do_not_depend_on_the_order,
     .about = "device_feature shows the same word for a select whatever was selected before",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_3), .breaks = RULES(DRIVER_INIT_2))
{
	static const uint32_t order[] = {1, 0, 3, 0, 2, 1, 1, 0, 0, 3, 2, 1};
	struct virtio_device *device = t->device;
	uint32_t offered[4];

	/* What a driver finds in the order of 3.1.1 must be there at status 0, too: no text makes a difference. */
	meet_device(device);
	for (unsigned word = 0; word < ARRAY_LENGTH(offered); word++)
		offered[word] = device->transport->offered_features(device, word);
	start_over(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(order); n++) {
		uint32_t word = order[n], got;

		common_write(device, device_feature_select, word);
		got = common_read(device, device_feature);
		CHECK(t, PCI_COMMON_3, got == offered[word], "word %u read %#x and reads %#x", word,
		      offered[word], got);
	}
}

TEST(transport, feature_words_beyond_the_defined_are_empty,
     .about = "a device_feature_select without offered features shows 0", .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_COMMON_4))
{
	static const uint32_t beyond[] = {4, 5, 0xff, 0x100, 0x10000, 0x80000000, 0xffffffff};
	struct virtio_device *device = t->device;

	meet_device(device);
	for (unsigned n = 0; n < ARRAY_LENGTH(beyond); n++) {
		uint32_t got;

		common_write(device, device_feature_select, 0);
		common_write(device, device_feature_select, beyond[n]);
		got = common_read(device, device_feature);
		CHECK(t, PCI_COMMON_4, got == 0, "word %#x reads %#x", beyond[n], got);
	}
}

/*
 * What driver_feature shows. Between selecting and reading, the complement of what is expected is written somewhere
 * else: a read that nobody answers may give what went over the bus last.
 */
static struct features features_held_behind_a_decoy(struct virtio_device *device,
						    const struct features *expected)
{
	struct features held = NO_FEATURES;

	for (unsigned word = 0; word < FEATURE_BITS / 32; word++) {
		uint32_t wanted = (uint32_t)(expected->words[word / 2] >> (word % 2 * 32));

		common_write(device, driver_feature_select, word);
		common_write(device, device_feature_select, ~wanted);
		held.words[word / 2] |= (uint64_t)common_read(device, driver_feature)
					<< (word % 2 * 32);
	}
	return held;
}

TEST(transport, driver_features_read_back,
     .about = "driver_feature shows the offered bits that the driver wrote, word by word",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_5))
{
	struct virtio_device *device = t->device;
	struct features described = features_described(device);
	struct features sets[] = {described, features_least(device), described};

	meet_device(device);
	device->offered = virtio_read_offer(device);
	for (unsigned n = 0; n < ARRAY_LENGTH(sets); n++) {
		struct features got, missing;

		virtio_write_features(device, &sets[n]);
		got = features_and(features_held_behind_a_decoy(device, &sets[n]), device->offered);
		/* A device may add up what it was given: a smaller set behind a larger one. */
		missing = features_without(sets[n], got);
		CHECK(t, PCI_COMMON_5, features_empty(missing),
		      "driver_feature shows %#lx and %#lx of what is offered after %#lx and %#lx",
		      got.words[0], got.words[1], sets[n].words[0], sets[n].words[1]);
	}
}
