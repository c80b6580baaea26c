/* SPDX-License-Identifier: BSD-2-Clause */
/* What saboteurs of device types need: the request behind a used element. */
#ifndef TESTS_SABOTAGE_REQUEST_H
#define TESTS_SABOTAGE_REQUEST_H

#include "tests/sabotage/sabotage.h"
#include "virtio/workload.h"

/*
 * The request of a used element, or NULL. Right only in tests whose tokens are requests, which those of
 * the device types are: a saboteur that uses it names them in .tests.
 */
static inline struct request *used_request(struct virtqueue *queue,
					   const struct used_element *element)
{
	return element->id < queue->size ? queue->chains[element->id].token : NULL;
}

#endif
