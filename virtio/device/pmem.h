/* SPDX-License-Identifier: BSD-2-Clause */
/* Persistent memory (virtio 1.4, 5.19). Little endian. */
#ifndef VIRTIO_PMEM_H
#define VIRTIO_PMEM_H

#include "virtio/device/workload.h"

/* Feature bits of 5.19.3. */
enum virtio_pmem_feature {
	VIRTIO_PMEM_F_SHMEM_REGION = 0,
};

/* Device configuration (5.19.4): both are in bytes. */
struct virtio_pmem_config {
	uint64_t start, size;
};

/* A request (5.19.6). */
struct virtio_pmem_req {
	le32 type;
};

/* What comes back (5.19.7). */
struct virtio_pmem_resp {
	le32 ret;
};

/* The one request, its answers, and the id of the shared memory region (5.19.5.1). */
#define VIRTIO_PMEM_REQ_TYPE_FLUSH 0
#define VIRTIO_PMEM_OK             0u
#define VIRTIO_PMEM_FAILED         0xffffffffu
#define VIRTIO_PMEM_REGION         0

/* What `ret` of a request holds until the device writes it. */
#define PMEM_UNANSWERED 0x5a5a5a5au

/* Makes a FLUSH in the arena; false when that is full. Any CPU, one at a time for an arena. */
bool pmem_prepare(struct arena *arena, struct request *request) MUST_CHECK;

/* `ret` of a request that has been completed. Any CPU. */
uint32_t pmem_answer(const struct request *request);

#endif
