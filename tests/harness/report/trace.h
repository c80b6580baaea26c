/* SPDX-License-Identifier: BSD-2-Clause */
/* vp.trace: one line for each access to a device's registers, as the driver makes it. */
#ifndef TESTS_HARNESS_TRACE_H
#define TESTS_HARNESS_TRACE_H

/*
 * From now on every access to the virtio structures of any device is printed, and every write to the MSI-X
 * table and Message Control of any function. Boot CPU.
 */
void trace_start(void);

#endif
