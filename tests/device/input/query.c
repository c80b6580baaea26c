/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/input/query.h"

static void write_selector(struct test_run *t, bool subsel, uint8_t value)
{
	if (subsel)
		config_write(t->device, struct virtio_input_config, subsel, value);
	else
		config_write(t->device, struct virtio_input_config, select, value);
}

static uint8_t read_size(struct test_run *t)
{
	return (uint8_t)config_read(t->device, struct virtio_input_config, size);
}

void input_ask(struct test_run *t, uint8_t select, uint8_t subsel, enum input_order order,
	       struct input_answer *answer)
{
	bool subsel_first = order == INPUT_SUBSEL_FIRST;
	uint32_t data = offsetof(struct virtio_input_config, u);

	*answer = (struct input_answer){0};
	write_selector(t, subsel_first, subsel_first ? subsel : select);
	write_selector(t, !subsel_first, subsel_first ? select : subsel);
	answer->size = read_size(t);
	for (unsigned n = 0; n < MINIMUM((unsigned)answer->size, VIRTIO_INPUT_UNION); n++)
		answer->data[n] = (uint8_t)config_read_at(t->device, data + n, 1);
}

uint8_t input_query(struct test_run *t, uint8_t select, uint8_t subsel, struct input_answer *answer)
{
	input_ask(t, select, subsel, INPUT_SELECT_FIRST, answer);
	return answer->size;
}

void input_ready(struct test_run *t)
{
	INSIST(t, SANE_4, negotiate(t, features_for(t)), "FEATURES_OK reads back clear");
}
