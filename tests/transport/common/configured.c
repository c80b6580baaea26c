/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device shows, beside what its VMM was started with (docs/ask.md). */
#include "lib/string.h"
#include "tests/harness/drive/ask.h"
#include "tests/transport/common/transport.h"
#include "virtio/device/type.h"

#define WORDS_BYTES 512

/* What stands under a name: it is unknown here, the device lacks it, or it reads so. */
enum shown { SHOWN_UNKNOWN, SHOWN_NOT, SHOWN };

/* An array goes by its name and an index in brackets: its bytes make one number, the first one the highest. */
static bool is_part_of(const char *field, const char *name)
{
	size_t length = strlen(name);

	return starts_with(field, name) && (field[length] == '\0' || field[length] == '[');
}

static enum shown field_shown(struct virtio_device *device, const char *name, uint64_t *value)
{
	const struct virtio_type *type = virtio_type_by_id(device->type);
	enum shown shown = SHOWN_UNKNOWN;

	for (const struct virtio_config_field *field = type ? type->fields : NULL;
	     field && field->name; field++) {
		if (is_part_of(field->name, name) && !(field->flags & CONFIG_WRITE_ONLY))
			shown = SHOWN_NOT;
	}
	*value = 0;
	for_each_config_field(field, device)
	{
		if (shown == SHOWN_UNKNOWN || !is_part_of(field->name, name))
			continue;
		*value = (field->width == 8 ? 0 : *value << 8 * field->width) |
			 config_read_at(device, field->offset, field->width);
		shown = SHOWN;
	}
	return shown;
}

static enum shown look_up(struct virtio_device *device, const char *name, uint64_t *value)
{
	uint64_t queue;
	unsigned bit;

	if (feature_by_name(device->type, name, &bit)) {
		*value = features_have(&device->offered, bit);
		/* A legacy interface has the first word alone. */
		return (device->traits & DEVICE_LEGACY) && bit >= 32 ? SHOWN_UNKNOWN : SHOWN;
	}
	if (strcmp(name, "messages") == 0) {
		*value = device->vectors;
		return SHOWN;
	}
	if (starts_with(name, "queue-") && parse_number(name + strlen("queue-"), &queue)) {
		device->transport->select_queue(device, (unsigned)queue);
		*value = device->transport->queue_size(device);
		return SHOWN;
	}
	return field_shown(device, name, value);
}

static unsigned digit(char character)
{
	return character >= '0' && character <= '9' ? (unsigned)(character - '0')
						    : (unsigned)((character | 0x20) - 'a') + 10;
}

/* A number, or bytes with colons between them, as addresses are written: one number, too. */
static bool read_value(const char *text, uint64_t *value)
{
	if (text[0] == '\0' || text[1] == '\0' || text[2] != ':')
		return parse_number(text, value);
	for (*value = 0; text[0] && text[1]; text += text[2] ? 3 : 2)
		*value = *value << 8 | digit(text[0]) << 4 | digit(text[1]);
	return true;
}

/* One word, NAME=VALUE; whether anything is known of it. */
static bool judge_word(struct test_run *t, char *word)
{
	char *equals = word;
	uint64_t told, value;
	enum shown shown;

	while (*equals && *equals != '=')
		equals++;
	if (!*equals)
		return false;
	*equals = '\0';
	shown = look_up(t->device, word, &value);
	if (shown == SHOWN_UNKNOWN || !read_value(equals + 1, &told))
		return false;
	if (CHECK(t, SANE_16, shown == SHOWN,
		  "the VMM was started with %s %s, and the device has no such field", word,
		  equals + 1))
		CHECK(t, SANE_16, value == told,
		      "the VMM was started with %s %s, and the device shows %lu (%#lx)", word,
		      equals + 1, value, value);
	return true;
}

TEST(transport, device_is_as_its_vmm_was_started,
     .about =
	     "capacity, limits, addresses, queue sizes and features are what the host has asked for",
     .needs = NEEDS_HOST, .judges = CLAUSES(SANE_16))
{
	struct ask ask = ask_for("configured", t->device);
	char text[WORDS_BYTES];
	unsigned known = 0;

	ask_text_or_skip(t, &ask, text, sizeof(text));
	meet_device(t->device);
	t->device->offered = virtio_read_offer(t->device);
	for (char *word = text, *next; *word; word = next) {
		for (next = word; *next && *next != ' ';)
			next++;
		while (*next == ' ')
			*next++ = '\0';
		known += judge_word(t, word);
	}
	CAN_JUDGE(t, known, "the host has asked for nothing of this device that shows in it");
}
