/* SPDX-License-Identifier: BSD-2-Clause */
/* What an input device shows behind its selector (virtio 1.4, 5.8.4). */
#ifndef TESTS_DEVICE_INPUT_QUERY_H
#define TESTS_DEVICE_INPUT_QUERY_H

#include "tests/harness/drive/drive.h"
#include "virtio/device/input.h"

struct input_answer {
	uint8_t size;
	uint8_t data[VIRTIO_INPUT_UNION]; /* beyond size: 0 */
};

/* The orders in which a driver may write the two selectors. */
enum input_order { INPUT_SELECT_FIRST, INPUT_SUBSEL_FIRST };

/* Asks. A size beyond the union is returned as it stands, with the data that fit. */
void input_ask(struct test_run *t, uint8_t select, uint8_t subsel, enum input_order order,
	       struct input_answer *answer);

/* The usual way to ask, for what most tests want: select first. Returns the size. */
uint8_t input_query(struct test_run *t, uint8_t select, uint8_t subsel,
		    struct input_answer *answer);

static inline bool input_bit(const struct input_answer *answer, unsigned bit)
{
	return bit / 8 < VIRTIO_INPUT_UNION && (answer->data[bit / 8] >> bit % 8 & 1);
}

/* FEATURES_OK without any feature of the type: from here on the configuration may be written. */
void input_ready(struct test_run *t);

#endif
