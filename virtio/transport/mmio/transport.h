/* SPDX-License-Identifier: BSD-2-Clause */
/* What the MMIO transport consists of; a part a file. */
#ifndef VIRTIO_TRANSPORT_MMIO_TRANSPORT_H
#define VIRTIO_TRANSPORT_MMIO_TRANSPORT_H

#include "virtio/transport.h"

/* The operations: transport.c. */
extern const struct virtio_transport virtio_mmio_transport;

/* Those of a legacy device: transport.c. */
extern const struct virtio_transport virtio_mmio_legacy_transport;

/* The line: line.c. */
extern const struct virtio_line virtio_mmio_line;

#endif
