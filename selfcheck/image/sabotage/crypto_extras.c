/* SPDX-License-Identifier: BSD-2-Clause */
/* Crypto devices with services that the one behind lacks, which break a rule of these. */
#include "selfcheck/image/disguise/crypto_extras.h"
#include "selfcheck/image/sabotage/sabotage.h"

#define HAS_MORE                                                                                   \
	.type = VIRTIO_TYPE_CRYPTO, .tests = "crypto.*", .start = crypto_extras_start,             \
	.onlooker.read = crypto_extras_read

/* Serves, and gives what ended with one status another. */
static void serve_but(struct virtqueue *queue, struct used_element *element, uint8_t from,
		      uint8_t to)
{
	struct request *request = crypto_extras_serve(queue, element);
	uint8_t *status = request ? request->in + request->in_length - 1 : NULL;

	if (status && *status == from)
		*status = to;
}

#define SERVES_BUT(name, about_, breaks, from, to)                                                 \
	static void name##_serve(struct virtqueue *queue, struct used_element *element)            \
	{                                                                                          \
		serve_but(queue, element, from, to);                                               \
	}                                                                                          \
	SABOTEUR(name, .about = about_, breaks, HAS_MORE, .used_element = name##_serve)

SERVES_BUT(crypto_extras_fail, "hashes, authentication codes and AEAD fail",
	   BREAKS(CLAUSE_CRYPTO_HASH_5, CLAUSE_CRYPTO_MAC_4, CLAUSE_CRYPTO_AEAD_6),
	   VIRTIO_CRYPTO_OK, VIRTIO_CRYPTO_ERR);
SERVES_BUT(crypto_extras_know_no_session, "operations in no session fail as others do",
	   BREAKS(CLAUSE_CRYPTO_HASH_8, CLAUSE_CRYPTO_MAC_7, CLAUSE_CRYPTO_AEAD_10),
	   VIRTIO_CRYPTO_INVSESS, VIRTIO_CRYPTO_ERR);
SERVES_BUT(crypto_extras_lose_sessions, "operations that fail had no session",
	   BREAKS(CLAUSE_CRYPTO_HASH_9, CLAUSE_CRYPTO_MAC_8, CLAUSE_CRYPTO_AEAD_11),
	   VIRTIO_CRYPTO_ERR, VIRTIO_CRYPTO_INVSESS);
SERVES_BUT(crypto_extras_verify_nothing, "every tag is right",
	   BREAKS(CLAUSE_CRYPTO_AEAD_5, CLAUSE_CRYPTO_AEAD_9), VIRTIO_CRYPTO_BADMSG,
	   VIRTIO_CRYPTO_OK);

static void serve_wrongly(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = crypto_extras_serve(queue, element);

	if (!request || request->in_length < 2)
		return;
	request->in[0] ^= 1;
	request->in[request->in_length - 2] ^= 1;
}
SABOTEUR(crypto_extras_err, .about = "the first and the last byte of each result are wrong",
	 BREAKS(CLAUSE_CRYPTO_HASH_1, CLAUSE_CRYPTO_HASH_3, CLAUSE_CRYPTO_MAC_2,
		CLAUSE_CRYPTO_AEAD_2, CLAUSE_CRYPTO_AEAD_3, CLAUSE_CRYPTO_PROSE_3,
		CLAUSE_CRYPTO_PROSE_4),
	 HAS_MORE, .used_element = serve_wrongly);
