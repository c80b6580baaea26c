/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration behind the selector (virtio 1.4, 5.8.4, 5.8.5). */
#include "lib/string.h"
#include "tests/device/input/query.h"
#include "tests/harness/plan/options.h"

/* The highest code of each event type of evdev; of switches a later one may know more. */
static const struct {
	uint8_t type;
	uint16_t most;
} codes[] = {
	{INPUT_EV_SYN, 0x0f}, {INPUT_EV_KEY, 0x2ff}, {INPUT_EV_REL, 0x0f}, {INPUT_EV_ABS, 0x3f},
	{INPUT_EV_MSC, 0x07}, {INPUT_EV_SW, 0x1f},   {INPUT_EV_LED, 0x0f}, {INPUT_EV_SND, 0x07},
	{INPUT_EV_REP, 0x01}, {INPUT_EV_FF, 0x7f},
};

/* The highest bit set in an answer, -1: none. */
static int highest_bit(const struct input_answer *answer)
{
	int bit = 8 * (int)VIRTIO_INPUT_UNION - 1;

	while (bit >= 0 && !input_bit(answer, (unsigned)bit))
		bit--;
	return bit;
}

TEST(input, offers_no_feature_of_its_own, .about = "no feature bit of the device type is offered",
     .type = VIRTIO_TYPE_INPUT, .judges = CLAUSES(INPUT_FEAT_1))
{
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		if (bit >= 24 && bit < 50)
			continue;
		CHECK(t, INPUT_FEAT_1, !features_have(&t->device->offered, bit),
		      "feature bit %u is offered", bit);
	}
}

TEST(input, unknown_selections_are_empty,
     .about = "size is 0 for selectors, event types and axes that do not exist",
     .type = VIRTIO_TYPE_INPUT, .judges = CLAUSES(INPUT_INIT_1))
{
	struct input_answer answer, axes;

	input_ready(t);
	input_query(t, VIRTIO_INPUT_CFG_EV_BITS, INPUT_EV_ABS, &axes);
	/* What nothing defines yet a later version may: only the user knows which one a device is written to. */
	for (unsigned select = *options.version ? 0 : 256; select < 256; select++) {
		if ((select >= VIRTIO_INPUT_CFG_ID_NAME && select <= VIRTIO_INPUT_CFG_ID_DEVIDS) ||
		    (select >= VIRTIO_INPUT_CFG_PROP_BITS && select <= VIRTIO_INPUT_CFG_ABS_INFO))
			continue;
		CHECK(t, INPUT_INIT_1, input_query(t, (uint8_t)select, 0, &answer) == 0,
		      "select %#x, which nothing defines, has size %u", select, answer.size);
	}
	for (unsigned type = INPUT_EV_MAX + 1; type < 256; type++)
		CHECK(t, INPUT_INIT_1,
		      input_query(t, VIRTIO_INPUT_CFG_EV_BITS, (uint8_t)type, &answer) == 0,
		      "EV_BITS of event type %#x, which does not exist, has size %u", type,
		      answer.size);
	for (unsigned axis = 0; axis < 256; axis++) {
		if (axis <= INPUT_ABS_MAX && input_bit(&axes, axis))
			continue;
		CHECK(t, INPUT_INIT_1,
		      input_query(t, VIRTIO_INPUT_CFG_ABS_INFO, (uint8_t)axis, &answer) == 0,
		      "ABS_INFO of axis %#x, which the device does not have, has size %u", axis,
		      answer.size);
	}
}

TEST(input, data_fit_the_configuration, .about = "size never exceeds the union nor the structure",
     .type = VIRTIO_TYPE_INPUT, .judges = CLAUSES(INPUT_CFG_1))
{
	static const uint8_t selects[] = {VIRTIO_INPUT_CFG_ID_NAME,   VIRTIO_INPUT_CFG_ID_SERIAL,
					  VIRTIO_INPUT_CFG_ID_DEVIDS, VIRTIO_INPUT_CFG_PROP_BITS,
					  VIRTIO_INPUT_CFG_EV_BITS,   VIRTIO_INPUT_CFG_ABS_INFO};
	uint32_t room = t->device->config_length;
	struct input_answer answer;

	input_ready(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(selects); n++) {
		for (unsigned subsel = 0; subsel <= INPUT_ABS_MAX; subsel++) {
			uint32_t end = offsetof(struct virtio_input_config, u) +
				       input_query(t, selects[n], (uint8_t)subsel, &answer);

			CHECK(t, INPUT_CFG_1, answer.size <= VIRTIO_INPUT_UNION && end <= room,
			      "select %#x, subsel %#x has size %u; the structure has %u bytes",
			      selects[n], subsel, answer.size, room);
		}
	}
}

TEST(input, strings_have_no_terminator, .about = "no NUL counts to the name or the serial number",
     .type = VIRTIO_TYPE_INPUT, .judges = CLAUSES(INPUT_CFG_2))
{
	static const struct {
		uint8_t select;
		const char *name;
	} strings[] = {{VIRTIO_INPUT_CFG_ID_NAME, "ID_NAME"},
		       {VIRTIO_INPUT_CFG_ID_SERIAL, "ID_SERIAL"}};
	struct input_answer answer;

	input_ready(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(strings); n++) {
		unsigned size = input_query(t, strings[n].select, 0, &answer), length = 0;

		while (length < MINIMUM(size, VIRTIO_INPUT_UNION) && answer.data[length])
			length++;
		CHECK(t, INPUT_CFG_2, length == size, "%s has size %u, byte %u is NUL",
		      strings[n].name, size, length);
	}
}

TEST(input, structures_have_their_sizes,
     .about = "ids have 8 bytes, axis descriptions 20, properties are known ones",
     .type = VIRTIO_TYPE_INPUT, .judges = CLAUSES(INPUT_CFG_5, INPUT_CFG_6, INPUT_CFG_9))
{
	struct input_answer answer, axes;

	input_ready(t);
	input_query(t, VIRTIO_INPUT_CFG_ID_DEVIDS, 0, &answer);
	CHECK(t, INPUT_CFG_5, answer.size == 0 || answer.size == sizeof(struct virtio_input_devids),
	      "ID_DEVIDS has size %u", answer.size);
	input_query(t, VIRTIO_INPUT_CFG_PROP_BITS, 0, &answer);
	CHECK(t, INPUT_CFG_6, highest_bit(&answer) < INPUT_PROP_CNT, "PROP_BITS has bit %d",
	      highest_bit(&answer));
	input_query(t, VIRTIO_INPUT_CFG_EV_BITS, INPUT_EV_ABS, &axes);
	for (unsigned axis = 0; axis <= INPUT_ABS_MAX; axis++) {
		if (!input_bit(&axes, axis))
			continue;
		input_query(t, VIRTIO_INPUT_CFG_ABS_INFO, (uint8_t)axis, &answer);
		CHECK(t, INPUT_CFG_9, answer.size == sizeof(struct virtio_input_absinfo),
		      "ABS_INFO of axis %#x has size %u", axis, answer.size);
	}
}

TEST(input, event_codes_belong_to_their_types,
     .about = "EV_BITS gives the codes of the type that subsel names, not the list of types",
     .type = VIRTIO_TYPE_INPUT, .judges = CLAUSES(INPUT_CFG_7, INPUT_CFG_8))
{
	struct input_answer answer;
	uint32_t types = 0, listed = 0;

	input_ready(t);
	for (unsigned type = 0; type <= INPUT_EV_MAX; type++) {
		if (input_query(t, VIRTIO_INPUT_CFG_EV_BITS, (uint8_t)type, &answer))
			types |= BIT(type);
	}
	for (unsigned n = 0; n < ARRAY_LENGTH(codes); n++) {
		input_query(t, VIRTIO_INPUT_CFG_EV_BITS, codes[n].type, &answer);
		CHECK(t, INPUT_CFG_8, highest_bit(&answer) <= codes[n].most,
		      "EV_BITS of type %#x has code %#x, the highest is %#x", codes[n].type,
		      (unsigned)highest_bit(&answer), codes[n].most);
	}
	input_query(t, VIRTIO_INPUT_CFG_EV_BITS, INPUT_EV_SYN, &answer);
	for (unsigned bit = 0; bit < 32; bit++)
		listed |= (uint32_t)input_bit(&answer, bit) << bit;
	/*
	 * Types 0 to 3 could by chance look like the four codes of EV_SYN. Bit 0 says nothing: whatever the
	 * answer holds, it is there, so that EV_SYN counts to the types.
	 */
	CHECK(t, INPUT_CFG_7, (listed | BIT(0)) != (types | BIT(0)) || !(types >> 4),
	      "EV_BITS of type 0 is %#x, which is the list of the supported types", listed);
}

TEST(input, selectors_in_either_order,
     .about = "answers are the same whichever selector is written first", .type = VIRTIO_TYPE_INPUT,
     .judges = CLAUSES(INPUT_CFG_10))
{
	static const struct {
		uint8_t select, subsel;
	} pairs[] = {{VIRTIO_INPUT_CFG_ID_NAME, 0},
		     {VIRTIO_INPUT_CFG_ID_DEVIDS, 0},
		     {VIRTIO_INPUT_CFG_EV_BITS, INPUT_EV_KEY},
		     {VIRTIO_INPUT_CFG_EV_BITS, INPUT_EV_LED},
		     {VIRTIO_INPUT_CFG_EV_BITS, INPUT_EV_REL},
		     {VIRTIO_INPUT_CFG_EV_BITS, INPUT_EV_ABS},
		     {VIRTIO_INPUT_CFG_ABS_INFO, 0},
		     {VIRTIO_INPUT_CFG_ABS_INFO, 1}};
	struct input_answer expected, answer;

	input_ready(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(pairs); n++) {
		uint8_t select = pairs[n].select, subsel = pairs[n].subsel;

		input_query(t, select, subsel, &expected);
		input_query(t, VIRTIO_INPUT_CFG_UNSET, 0, &answer);
		input_ask(t, select, subsel, INPUT_SUBSEL_FIRST, &answer);
		CHECK(t, INPUT_CFG_10, memcmp(&answer, &expected, sizeof(answer)) == 0,
		      "subsel written first: select %#x, subsel %#x has size %u, not %u", select,
		      subsel, answer.size, expected.size);
	}
}

TEST(input, some_event_can_come, .about = "the device has an event type with codes of its own",
     .type = VIRTIO_TYPE_INPUT, .judges = CLAUSES(SANE_17))
{
	struct input_answer answer;
	unsigned types = 0;

	input_ready(t);
	for (unsigned type = INPUT_EV_SYN + 1; type <= INPUT_EV_MAX; type++)
		types += input_query(t, VIRTIO_INPUT_CFG_EV_BITS, (uint8_t)type, &answer) > 0;
	CHECK(t, SANE_17, types > 0, "EV_BITS has size 0 for each event type: no event can come");
}
