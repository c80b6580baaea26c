/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which input of the I/O APIC a device's interrupt pin drives, found out by experiment. Only the firmware's
 * interpreted tables (_PRT) could tell without one. Boot CPU.
 */
#ifndef TESTS_HARNESS_LINE_H
#define TESTS_HARNESS_LINE_H

#include "tests/harness/plan/test.h"

/* Whether there is anything to be found: a pin, inputs, and a workload to raise it with. */
bool line_can_be_sought(const struct virtio_device *device);

/*
 * Makes the device assert its pin by completing a request with MSI-X off, and looks which input follows:
 * sets device->line_known, and tells the transport the line. A test that judges nothing: a device that fails
 * here has no line, and the tests that judge it say why. After it, however it ended, line_search_end().
 */
extern const struct test line_question;

/* Gives back the vectors of the search. */
void line_search_end(void);

#endif
