/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watching an interrupt line, whatever device raises it: a level interrupts again and again while the
 * interrupt status is not read. Boot CPU.
 */
#ifndef TESTS_INTERRUPT_LINE_H
#define TESTS_INTERRUPT_LINE_H

#include "tests/interrupt/interrupt.h"

/* Opens the line of the queue's device anew, with a handler that leaves the status alone; arrivals count from 0. */
void open_line(struct virtqueue *queue);

/* Arrivals since it was opened; at a few the line is masked. */
unsigned line_arrivals(void);

/* Waits for the line to show as a level. */
bool line_is_level(void);

/*
 * Whether the line stays low for a while. A level that is up interrupts again and again; a single
 * arrival may be an old one that an interrupt controller had accepted already.
 */
bool line_stays_low(void);

/*
 * Whether the line is low. A level that was seen before may be delivered once more: between device and CPU
 * it can be latched until the next EOI.
 */
bool line_is_low(struct virtqueue *queue);

/* line_is_low(), with the interrupt status of both devices read away (other may be NULL). */
bool line_goes_low(struct virtqueue *queue, struct virtio_device *other);

/* The device up with its line open, and the interrupt status left set by one completion. */
struct virtqueue *raise_line(struct test_run *t);

#endif
