/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions and operations of the crypto tests: made, sent, awaited (virtio 1.4, 5.9.9). */
#ifndef TESTS_DEVICE_CRYPTO_COMMAND_H
#define TESTS_DEVICE_CRYPTO_COMMAND_H

#include "tests/device/crypto/vectors.h"
#include "tests/harness/drive/drive.h"

/* A field of the configuration of the test's device. */
#define CRYPTO_CONFIG(t, field) config_read((t)->device, struct virtio_crypto_config, field)

#define CRYPTO_SESSIONS         2048u           /* that a test has at a time, at most */
#define CRYPTO_PRESET           0xa5            /* what the room for results holds before */
#define CRYPTO_GUARD            16u             /* bytes behind that room, likewise */
#define CRYPTO_NOBODY           0x7fff00001234u /* no device has given a session this id yet */

/* A device that is up, with room for one request at a time. */
struct crypto {
	struct test_run *t;
	uint8_t *out, *in;
	uint32_t length;  /* used length of the last request */
	uint64_t session; /* what the last creation of a session left in session_id */
	unsigned control; /* the control queue */
	unsigned parts;   /* into how many descriptors each direction is cut; 0: one */
	bool unflagged;   /* operations do not say that they are of a session */
};

/* A piece of what a request carries behind its fixed part. */
struct piece {
	const void *bytes;
	uint32_t length;
};

/*
 * Brings the device up with all of its queues, and destroys the sessions of a test before it that was left; skips the
 * test when the device is not ready.
 */
void crypto_up(struct test_run *t, struct crypto *crypto);

/* The same with these feature bits where they are offered. */
void crypto_up_with(struct test_run *t, uint64_t features, struct crypto *crypto);

/* Destroys all sessions: some devices keep theirs over a reset, and have an end of them. */
void crypto_down(struct crypto *crypto);

/* Whether the device offers the service. */
bool crypto_serves(const struct crypto *crypto, enum virtio_crypto_service service);

/*
 * Creates a session, whose key may be empty, and returns its status; of a successful one crypto->session is the id. Judges
 * that the status is one of those that there are.
 */
uint32_t crypto_create(struct crypto *crypto, enum virtio_crypto_service service,
		       const void *parameters, uint32_t length, struct piece key);

/* The same for a cipher. */
uint32_t crypto_create_cipher(struct crypto *crypto, uint32_t algorithm, uint32_t direction,
			      struct piece key);

/* The same for HASH and MAC, GCM and RSA, with the keys of the vectors. */
uint32_t crypto_create_digest(struct crypto *crypto, enum virtio_crypto_service service,
			      const struct crypto_digest_vector *vector);
uint32_t crypto_create_gcm(struct crypto *crypto, uint32_t direction);
uint32_t crypto_create_rsa(struct crypto *crypto, uint32_t key_type, uint32_t padding);

/* Destroys a session and returns the status. */
uint8_t crypto_destroy(struct crypto *crypto, enum virtio_crypto_service service, uint64_t session);

/*
 * An operation: its fixed part of `length` bytes, `count` pieces to read, `room` bytes to write in crypto->in. Returns the
 * status; judges that there is one.
 */
uint8_t crypto_operate(struct crypto *crypto, uint32_t opcode, uint64_t session,
		       const void *parameters, uint32_t length, const struct piece *pieces,
		       unsigned count, uint32_t room);

/* A cipher over source bytes, to as many. */
uint8_t crypto_cipher(struct crypto *crypto, uint32_t operation, uint64_t session, struct piece iv,
		      struct piece source);

/* HASH or MAC over source bytes, with a result of `room` bytes. */
uint8_t crypto_digest(struct crypto *crypto, enum virtio_crypto_service service, uint64_t session,
		      struct piece source, uint32_t room);

/* An RSA operation; VERIFY has the signed data behind the signature. */
uint8_t crypto_rsa(struct crypto *crypto, uint32_t operation, uint64_t session, struct piece source,
		   struct piece data, uint32_t room);

/*
 * Whether a status is that of what a device cannot do for another reason than its session: whether lengths that do not fit are
 * "unsupported" or "any failure not mentioned above" the text leaves open.
 */
static inline bool crypto_failed(uint32_t status)
{
	return status == VIRTIO_CRYPTO_ERR || status == VIRTIO_CRYPTO_NOTSUPP;
}

/* Whether the guard behind `room` bytes of a result and their status is untouched. */
bool crypto_guarded(const struct crypto *crypto, uint32_t room);

#endif
