/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/drive/ask.h"

#include "arch/clock.h"
#include "arch/console.h"
#include "arch/wait.h"
#include "lib/string.h"
#include "tests/harness/judge/finding.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/report/report.h"

struct ask ask_for(const char *verb, const struct virtio_device *device)
{
	return (struct ask){.verb = verb, .device = device};
}

static void add_argument(struct ask *ask, struct field argument)
{
	if (ask->count < ASK_ARGUMENTS)
		ask->arguments[ask->count++] = argument;
	else
		ask->cut = true;
}

void ask_number(struct ask *ask, const char *key, uint64_t value)
{
	add_argument(ask, NUMBER(key, value));
}

void ask_text(struct ask *ask, const char *key, const char *value)
{
	add_argument(ask, TEXT(key, value));
}

void ask_bytes(struct ask *ask, const char *key, const void *bytes, size_t length)
{
	add_argument(ask, BYTES(key, bytes, length));
	ask->cut = ask->cut || 2 * length > ASK_BYTES;
}

/* A line of the console's receive side as far as it has come. */
struct line {
	char *text;
	size_t size, length;
};

static bool line_ends(void *context)
{
	struct line *line = context;
	char byte;

	while (console_read(&byte, 1)) {
		if (byte == '\n' || byte == '\r') {
			line->text[line->length] = '\0';
			return true;
		}
		if (line->length < line->size - 1)
			line->text[line->length++] = byte;
	}
	return false;
}

/*
 * One line, without its end. False at the deadline, which is taken along when the machine stands still; what had come of
 * a line by then is dropped.
 */
static bool read_line(char *text, size_t size, uint64_t deadline)
{
	struct line line = {.text = text, .size = size};

	return wait_until(line_ends, &line, deadline);
}

/* "told N verdict rest": the rest, when it is the answer to question `id`; NULL when it is not. */
static const char *answer_to(const char *line, uint64_t id, enum told *told)
{
	char head[40];

	for (enum told kind = TOLD_OK; kind <= TOLD_REFUSED; kind++) {
		size_t length = (size_t)format_text(head, sizeof(head), "told %lu %s", id,
						    kind == TOLD_OK ? "ok" : "refused");

		if (!starts_with(line, head) || (line[length] != ' ' && line[length] != '\0'))
			continue;
		*told = kind;
		return line[length] ? line + length + 1 : line + length;
	}
	return NULL;
}

/* "busy N": the host has understood question `id` and works on it. */
static bool is_busy(const char *line, uint64_t id)
{
	char busy[32];

	format_text(busy, sizeof(busy), "busy %lu", id);
	return strcmp(line, busy) == 0;
}

static void report_told(uint64_t id, enum told told, const char *words)
{
	static const char *const names[] = {"ok", "refused", "silent"};

	report_as_json(RECORD("told", NUMBER("id", id), TEXT("verdict", names[told]),
			      TEXT("text", words)));
}

/* As the host knows it. */
static const char *place_of(const struct virtio_device *device)
{
	if (!device)
		return "";
	return device->place ? device->place : device->name;
}

enum told ask_host(const struct ask *ask, char *text, size_t size)
{
	static uint64_t last_id;
	static char line[ASK_BYTES];
	uint64_t id = ++last_id, deadline;
	enum told told = TOLD_NOTHING;
	const char *words = NULL;

	report_as_json(RECORD("ask", NUMBER("id", id), TEXT("verb", ask->verb),
			      TEXT("device", place_of(ask->device)),
			      NESTED_FIELDS("arguments", ask->arguments)));
	deadline = clock_deadline(ASK_WAIT_NS);
	while (!words && read_line(line, sizeof(line), deadline)) {
		if (is_busy(line, id))
			deadline = clock_deadline(ASK_BUSY_NS);
		else
			words = answer_to(line, id, &told);
	}
	if (!words)
		words = "the host does not answer";
	copy_string(text, size, words);
	report_told(id, told, words);
	return told;
}

void ask_text_or_skip(struct test_run *t, const struct ask *ask, char *text, size_t size)
{
	if (ask->cut)
		error_in_test(t, "the arguments of \"%s\" do not fit the record", ask->verb);
	if (ask_host(ask, text, size) != TOLD_OK)
		skip_test(t, "the host was asked for \"%s\": %s", ask->verb, text);
}

void ask_or_skip(struct test_run *t, const struct ask *ask)
{
	char text[FINDING_WORDS / 2];

	ask_text_or_skip(t, ask, text, sizeof(text));
}

void let_host_hear(const struct virtio_device *device)
{
	struct ask ask = ask_for("settle", device);
	char text[FINDING_WORDS];

	if (options.host && options.settle)
		options.settle = ask_host(&ask, text, sizeof(text)) == TOLD_OK;
}

static int digit(char character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	return -1;
}

size_t told_bytes(const char *text, uint8_t *bytes, size_t most)
{
	size_t count = 0;

	while (count < most && digit(text[0]) >= 0 && digit(text[1]) >= 0) {
		bytes[count++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
		text += 2;
	}
	return count;
}

uint64_t ask_hash_or_skip(struct test_run *t, uint64_t offset, uint64_t bytes)
{
	struct ask ask = ask_for("checksum", t->device);
	char text[2 * sizeof(uint64_t) + 1];
	uint8_t digits[sizeof(uint64_t)];
	uint64_t sum = 0;

	ask_number(&ask, "offset", offset);
	ask_number(&ask, "bytes", bytes);
	ask_text_or_skip(t, &ask, text, sizeof(text));
	if (told_bytes(text, digits, sizeof(digits)) != sizeof(digits))
		skip_test(t, "the host does not say what the backend holds");
	for (unsigned n = 0; n < sizeof(digits); n++)
		sum = sum << 8 | digits[n];
	return sum;
}

uint64_t hash_add(uint64_t sum, const void *bytes, size_t length)
{
	for (size_t n = 0; n < length; n++)
		sum = (sum ^ ((const uint8_t *)bytes)[n]) * 1099511628211u;
	return sum;
}
