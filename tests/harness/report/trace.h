/* SPDX-License-Identifier: BSD-2-Clause */
/* vp.trace: one line for each access to a device's registers, as it goes out. */
#ifndef TESTS_HARNESS_TRACE_H
#define TESTS_HARNESS_TRACE_H

#include "pci/function.h"

/* From now on every access to the virtio structures of any device is printed. */
void trace_start(void);

/* From now on writes to the function's MSI-X table and Message Control are printed too. */
void trace_function(struct pci_function *function);

#endif
