/* SPDX-License-Identifier: BSD-2-Clause */
/* What a driver may accept of what it is offered (virtio 1.4, 2.2 and 6). */
#include "selfcheck/image/watch/watched.h"

#include "virtio/device/type.h"

#define WORDS_KNOWN (FEATURE_BITS / 32)

static uint32_t word_of(const struct features *features, unsigned word)
{
	return (uint32_t)(features->words[word / 2] >> (word % 2 * 32));
}

static void set_word(struct features *features, unsigned word, uint32_t bits)
{
	unsigned shift = word % 2 * 32;

	features->words[word / 2] &= ~((uint64_t)UINT32_MAX << shift);
	features->words[word / 2] |= (uint64_t)bits << shift;
}

void offer_read(struct watched_device *watched, uint32_t bits)
{
	KEEPS(watched, DRIVER_INIT_2, watched->status & VIRTIO_STATUS_DRIVER,
	      "device_feature is read while device_status is %#x", watched->status);
	if (!KEEPS(watched, DRIVER_COMMON_7, watched->has_device_word,
		   "device_feature is read, and device_feature_select not written since the reset") ||
	    watched->device_word >= WORDS_KNOWN)
		return;
	set_word(&watched->offered, watched->device_word, bits);
	watched->offers |= BIT(watched->device_word);
}

void features_written(struct watched_device *watched, uint32_t bits)
{
	unsigned word = watched->driver_word;

	set_up_written(watched, false, "driver_feature");
	KEEPS(watched, DRIVER_INIT_2, watched->status & VIRTIO_STATUS_DRIVER,
	      "driver_feature is written while device_status is %#x", watched->status);
	if (!KEEPS(watched, DRIVER_COMMON_7, watched->has_driver_word,
		   "driver_feature is written, and driver_feature_select not since the reset") ||
	    word >= WORDS_KNOWN)
		return;
	KEEPS(watched, DRIVER_INIT_4,
	      !(watched->status & VIRTIO_STATUS_FEATURES_OK) ||
		      bits == word_of(&watched->accepted, word),
	      "word %u: %#x after %#x, and FEATURES_OK is set", word, bits,
	      word_of(&watched->accepted, word));
	if (KEEPS(watched, DRIVER_FEAT_5, !bits || (watched->offers & BIT(word)),
		  "word %u: %#x is accepted, and what is offered was not read", word, bits) &&
	    bits)
		KEEPS(watched, DRIVER_FEAT_1, !(bits & ~word_of(&watched->offered, word)),
		      "word %u: %#x of %#x", word, bits, word_of(&watched->offered, word));
	if (!(watched->status & VIRTIO_STATUS_FEATURES_OK))
		set_word(&watched->accepted, word, bits);
}

static bool is_defined(uint32_t type, unsigned bit)
{
	return bit != VIRTIO_F_NOTIFY_ON_EMPTY && bit != VIRTIO_F_ANY_LAYOUT &&
	       bit != VIRTIO_F_BAD_FEATURE && feature_name(type, bit);
}

void features_settled(struct watched_device *watched)
{
	uint32_t type = watched->device->type;
	struct features accepted = watched->accepted, closed = features_close(type, accepted);

	KEEPS(watched, DRIVER_FEAT_2, features_equal(&accepted, &closed),
	      "%#lx are accepted, of which %#lx have what they require", accepted.words[0],
	      closed.words[0]);
	for (unsigned bit = 0; virtio_type_by_id(type) && bit < FEATURE_BITS; bit++) {
		if (features_have(&accepted, bit))
			KEEPS(watched, DRIVER_FEAT_3, is_defined(type, bit),
			      "feature %u is accepted", bit);
	}
	if (features_have(&watched->offered, VIRTIO_F_VERSION_1))
		KEEPS(watched, DRIVER_FEAT_4, features_have(&accepted, VIRTIO_F_VERSION_1),
		      "%#lx are accepted", accepted.words[0]);
}
