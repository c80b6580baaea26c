/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt pin of a device without MSI-X (virtio 1.4, 4.1.4.5 and 4.1.5.3): level-triggered, and
 * low again once the ISR status has been read. Which input of the I/O APIC the pin drives is in
 * the device's line; only an experiment can tell (tests/harness/subject/line.h).
 */
#ifndef VIRTIO_PCI_PIN_H
#define VIRTIO_PCI_PIN_H

#include "virtio/device.h"

/*
 * Routes the device's line to a vector of its own on one CPU, with a handler that reads the ISR
 * status and gathers it in device->isr_seen, and clears Interrupt Disable. Returns the vector; 0 with
 * device->problem set when there is none.
 */
unsigned virtio_pci_claim_pin(struct virtio_device *device, unsigned cpu);

/* Masks the line and sets Interrupt Disable. */
void virtio_pci_release_pin(struct virtio_device *device);

#endif
