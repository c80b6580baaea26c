/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services that the crypto device behind lacks: HASH, MAC, AEAD and RSA without padding. What they answer is taken from the
 * vectors of tests/device/crypto/vectors.h; other input fails. All is for the boot CPU.
 */
#ifndef SELFCHECK_CRYPTO_EXTRAS_H
#define SELFCHECK_CRYPTO_EXTRAS_H

#include "selfcheck/image/disguise/request.h"
#include "tests/device/crypto/vectors.h"
#include "virtio/onlooker.h"

/* Forgets all sessions: start(). */
void crypto_extras_start(struct virtio_device *device);

/* The read hook: the services are offered, with the algorithms of the vectors. */
uint64_t crypto_extras_read(struct onlooker *self, const struct register_access *access,
			    uint64_t value);

/*
 * For used_element(): serves what is about these services. The operation that was served, with its status and result as they
 * are in the buffer; NULL for what is left to the device, and for sessions.
 */
struct request *crypto_extras_serve(struct virtqueue *queue, struct used_element *element);

/*
 * For a publish hook, split rings: what destroys a session of VIRTIO_CRYPTO_F_REVISION_1 is as long as without it, as the device
 * behind wants it.
 */
void crypto_revised_publish(struct onlooker *self, struct virtqueue *queue);

#endif
