/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/described.h"

#include "lib/format.h"
#include "lib/string.h"

#define BYTES_MOST 65536
#define DATA_MOST  64
#define QUEUE_MOST (VIRTIO_QUEUES_MOST - 1)
#define TYPE_MOST  UINT16_MAX

static struct {
	uint64_t type, queue, out, in;
	uint8_t data[DATA_MOST];
	uint32_t data_length;
} described;

static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	*request = (struct request){.out_length = (uint32_t)described.out,
				    .in_length = (uint32_t)described.in,
				    .written_most = (uint32_t)described.in};
	if (described.out > 0) {
		request->out = arena_allocate(arena, "readable bytes", described.out, 16);
		if (!request->out)
			return false;
		memset(request->out, 0, described.out);
		memcpy(request->out, described.data, described.data_length);
	}
	if (described.in > 0)
		request->in = arena_allocate(arena, "writable bytes", described.in, 16);
	return described.in == 0 || request->in;
}

static struct workload workload = {
	.about = "what vp.workload describes", .described = true, .prepare = prepare};

static int digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool read_data(const char *hex)
{
	size_t digits = strlen(hex);

	if (digits == 0 || digits % 2 != 0 || digits / 2 > DATA_MOST)
		return false;
	for (size_t n = 0; n < digits; n += 2) {
		int high = digit_value(hex[n]), low = digit_value(hex[n + 1]);

		if (high < 0 || low < 0)
			return false;
		described.data[n / 2] = (uint8_t)(high << 4 | low);
	}
	described.data_length = (uint32_t)(digits / 2);
	return true;
}

/* Reads one PART:NUMBER, cut out. */
static bool read_part(const char *part)
{
	const struct {
		const char *name;
		uint64_t *value, most;
	} numbers[] = {{"type:", &described.type, TYPE_MOST},
		       {"queue:", &described.queue, QUEUE_MOST},
		       {"out:", &described.out, BYTES_MOST},
		       {"in:", &described.in, BYTES_MOST}};

	if (starts_with(part, "data:"))
		return described.data_length == 0 && read_data(part + strlen("data:"));
	for (unsigned n = 0; n < ARRAY_LENGTH(numbers); n++) {
		if (starts_with(part, numbers[n].name))
			return *numbers[n].value == 0 &&
			       parse_number(part + strlen(numbers[n].name), numbers[n].value) &&
			       *numbers[n].value <= numbers[n].most;
	}
	return false;
}

static bool read_parts(const char *text, char *message, size_t size)
{
	char part[2 * DATA_MOST + 16];

	while (*text) {
		const char *comma = strchr(text, ',');
		size_t length = comma ? (size_t)(comma - text) : strlen(text);

		copy_string(part, MINIMUM(sizeof(part), length + 1), text);
		if (length >= sizeof(part) || !read_part(part)) {
			format_text(
				message, size,
				"vp.workload: %.40s is none of type:ID, queue:N (to %u), "
				"out:BYTES, in:BYTES (to %u), data:HEX (to %u bytes), each once",
				part, QUEUE_MOST, BYTES_MOST, DATA_MOST);
			return false;
		}
		text += length + (comma != NULL);
	}
	return true;
}

bool workload_describe(const char *text, char *message, size_t size)
{
	uint64_t bytes;

	memset(&described, 0, sizeof(described));
	if (!read_parts(text, message, size))
		return false;
	bytes = described.out + described.in;
	if (*text && (bytes == 0 || bytes > BYTES_MOST || described.data_length > described.out)) {
		format_text(message, size,
			    "vp.workload=%s: out and in are 1 to %u bytes together, data is not "
			    "longer than out",
			    text, BYTES_MOST);
		return false;
	}
	workload.type = (uint32_t)described.type;
	workload.queue = (unsigned)described.queue;
	workload.queues = workload.queue + 1;
	workload_fall_back(bytes ? &workload : NULL);
	return true;
}
