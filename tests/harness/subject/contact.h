/* SPDX-License-Identifier: BSD-2-Clause */
/* First contact: what a device said of itself before a test had touched it. */
#ifndef TESTS_HARNESS_CONTACT_H
#define TESTS_HARNESS_CONTACT_H

#include "lib/base.h"

struct contact {
	unsigned queues;        /* num_queues (4.1.4.3) */
	uint16_t size_most;     /* entries of its largest queue, the first value of queue_size */
	uint16_t msix_control;  /* Message Control of MSI-X; 0 where there is none */
	unsigned msix_unmasked; /* MSI-X entries whose Mask bit was 0 */
};

#endif
