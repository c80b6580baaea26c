/* SPDX-License-Identifier: BSD-2-Clause */
/* HASH, MAC and AEAD operations (virtio 1.4, 5.9.9.4, 5.9.9.5, 5.9.9.7). */
#include "lib/string.h"
#include "tests/device/crypto/command.h"

/* What a service of digests is judged by. */
struct digests {
	enum virtio_crypto_service service;
	const struct crypto_digest_vector *vectors;
	struct piece source;
	enum clause_id layout, result, status, success, session, failure;
};

/* Judges the answer to one vector, whose session was made: whole, cut, in no session, with a result that is too long. */
static void judge_digest(struct crypto *crypto, const struct digests *digests,
			 const struct crypto_digest_vector *vector)
{
	struct test_run *t = crypto->t;
	uint64_t session = crypto->session;
	uint8_t status;

	for (crypto->parts = 0; crypto->parts < 4; crypto->parts += 3) {
		status = crypto_digest(crypto, digests->service, session, digests->source,
				       vector->length);
		if (!JUDGE(t, digests->success, status == VIRTIO_CRYPTO_OK,
			   "%s ends with status %u", vector->name, status))
			leave_test(t);
		JUDGE(t, crypto->parts ? digests->layout : digests->result,
		      memcmp(crypto->in, vector->digest, vector->length) == 0,
		      "%s%s: the first byte is %#x, not %#x, or one behind is wrong", vector->name,
		      crypto->parts ? ", cut in three" : "", crypto->in[0], vector->digest[0]);
	}
	crypto->parts = 0;
	status = crypto_digest(crypto, digests->service, CRYPTO_NOBODY, digests->source,
			       vector->length);
	JUDGE(t, digests->session, status == VIRTIO_CRYPTO_INVSESS,
	      "%s in a session that does not exist ends with status %u", vector->name, status);
	status = crypto_digest(crypto, digests->service, session, digests->source,
			       vector->length + 8);
	JUDGE(t, digests->status, status <= VIRTIO_CRYPTO_INVSESS && status != VIRTIO_CRYPTO_BADMSG,
	      "%s with room for 8 bytes more ends with status %u", vector->name, status);
	JUDGE(t, digests->failure, status == VIRTIO_CRYPTO_OK || crypto_failed(status),
	      "%s with room for 8 bytes more ends with status %u", vector->name, status);
}

static void judge_digests(struct test_run *t, const struct digests *digests, uint32_t offered)
{
	struct crypto crypto;
	unsigned known = 0;

	crypto_up(t, &crypto);
	for (const struct crypto_digest_vector *vector = digests->vectors; vector->name; vector++) {
		if (!crypto_serves(&crypto, digests->service) ||
		    !(offered >> vector->algorithm & 1) ||
		    crypto_create_digest(&crypto, digests->service, vector) != VIRTIO_CRYPTO_OK)
			continue;
		known++;
		judge_digest(&crypto, digests, vector);
	}
	crypto_down(&crypto);
	CAN_JUDGE(t, known, "no session is made of any algorithm that is known here");
}

TEST(crypto, hashes_give_known_answers,
     .about = "published digests come out, and failures have their statuses",
     .type = VIRTIO_TYPE_CRYPTO, .needs = NEEDS_CONFIG,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3, CRYPTO_HASH_1,
		       CRYPTO_HASH_3, CRYPTO_HASH_4, CRYPTO_HASH_5, CRYPTO_HASH_8, CRYPTO_HASH_9))
{
	const struct digests hashes = {
		.service = VIRTIO_CRYPTO_SERVICE_HASH,
		.vectors = crypto_hash_vectors,
		.source = {CRYPTO_HASHED, sizeof(CRYPTO_HASHED) - 1},
		.layout = CLAUSE_CRYPTO_HASH_1,
		.result = CLAUSE_CRYPTO_HASH_3,
		.status = CLAUSE_CRYPTO_HASH_4,
		.success = CLAUSE_CRYPTO_HASH_5,
		.session = CLAUSE_CRYPTO_HASH_8,
		.failure = CLAUSE_CRYPTO_HASH_9,
	};

	judge_digests(t, &hashes, (uint32_t)CRYPTO_CONFIG(t, hash_algo));
}

TEST(crypto, macs_give_known_answers,
     .about = "published authentication codes come out, and failures have their statuses",
     .type = VIRTIO_TYPE_CRYPTO, .needs = NEEDS_CONFIG,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3, CRYPTO_MAC_2,
		       CRYPTO_MAC_3, CRYPTO_MAC_4, CRYPTO_MAC_7, CRYPTO_MAC_8))
{
	const struct digests macs = {
		.service = VIRTIO_CRYPTO_SERVICE_MAC,
		.vectors = crypto_mac_vectors,
		.source = {CRYPTO_MACED, sizeof(CRYPTO_MACED) - 1},
		.layout = CLAUSE_CRYPTO_MAC_2,
		.result = CLAUSE_CRYPTO_MAC_2,
		.status = CLAUSE_CRYPTO_MAC_3,
		.success = CLAUSE_CRYPTO_MAC_4,
		.session = CLAUSE_CRYPTO_MAC_7,
		.failure = CLAUSE_CRYPTO_MAC_8,
	};

	judge_digests(t, &macs, (uint32_t)CRYPTO_CONFIG(t, mac_algo_l));
}

#define GCM_PLAIN  (uint32_t)sizeof(crypto_gcm_plain)
#define GCM_SEALED (uint32_t)sizeof(crypto_gcm_sealed)

/* GCM of a source in a session, with an IV of so many bytes: to `room` bytes. */
static uint8_t seal(struct crypto *crypto, uint32_t operation, uint64_t session, uint32_t iv_length,
		    struct piece source, uint32_t room)
{
	const struct virtio_crypto_aead_data_flf parameters = {
		.iv_len = to_le32(iv_length),
		.aad_len = to_le32(sizeof(crypto_gcm_aad)),
		.src_data_len = to_le32(source.length),
		.dst_data_len = to_le32(room),
		.tag_len = to_le32(CRYPTO_GCM_TAG),
	};
	const struct piece pieces[] = {
		{crypto_gcm_iv, iv_length}, source, {crypto_gcm_aad, sizeof(crypto_gcm_aad)}};
	uint8_t status =
		crypto_operate(crypto, VIRTIO_CRYPTO_OPCODE(VIRTIO_CRYPTO_SERVICE_AEAD, operation),
			       session, &parameters, sizeof(parameters), pieces, 3, room);

	CHECK(crypto->t, CRYPTO_AEAD_4, status <= VIRTIO_CRYPTO_INVSESS,
	      "an AEAD operation ends with status %u", status);
	return status;
}

/* A session of GCM; skips the test where there is none. */
static void up_with_gcm(struct test_run *t, struct crypto *crypto, uint32_t direction)
{
	crypto_up(t, crypto);
	CAN_JUDGE(t,
		  crypto_serves(crypto, VIRTIO_CRYPTO_SERVICE_AEAD) &&
			  CRYPTO_CONFIG(t, aead_algo) & BIT(VIRTIO_CRYPTO_AEAD_GCM) &&
			  crypto_create_gcm(crypto, direction) == VIRTIO_CRYPTO_OK,
		  "no session of AES-GCM is made");
}

TEST(crypto, aead_gives_known_answers,
     .about = "a published vector of GCM is sealed with its tag, and failures have their statuses",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3, CRYPTO_AEAD_2,
		       CRYPTO_AEAD_3, CRYPTO_AEAD_4, CRYPTO_AEAD_6, CRYPTO_AEAD_10, CRYPTO_AEAD_11))
{
	const struct piece source = {crypto_gcm_plain, GCM_PLAIN};
	struct crypto crypto;
	uint8_t status;

	up_with_gcm(t, &crypto, VIRTIO_CRYPTO_OP_ENCRYPT);
	status = seal(&crypto, CRYPTO_ENCRYPT, crypto.session, sizeof(crypto_gcm_iv), source,
		      GCM_SEALED);
	INSIST(t, CRYPTO_AEAD_6, status == VIRTIO_CRYPTO_OK, "GCM ends with status %u", status);
	CHECK(t, CRYPTO_AEAD_2, memcmp(crypto.in, crypto_gcm_sealed, GCM_PLAIN) == 0,
	      "the first byte is %#x, not %#x, or one behind is wrong", crypto.in[0],
	      crypto_gcm_sealed[0]);
	CHECK(t, CRYPTO_AEAD_3,
	      memcmp(crypto.in + GCM_PLAIN, crypto_gcm_sealed + GCM_PLAIN, CRYPTO_GCM_TAG) == 0 &&
		      crypto_guarded(&crypto, GCM_SEALED),
	      "the tag begins with %#x, not %#x, or is wrong behind", crypto.in[GCM_PLAIN],
	      crypto_gcm_sealed[GCM_PLAIN]);
	status = seal(&crypto, CRYPTO_ENCRYPT, CRYPTO_NOBODY, sizeof(crypto_gcm_iv), source,
		      GCM_SEALED);
	CHECK(t, CRYPTO_AEAD_10, status == VIRTIO_CRYPTO_INVSESS,
	      "GCM in a session that does not exist ends with status %u", status);
	/* GCM has IVs of any size, and a device need not. */
	status = seal(&crypto, CRYPTO_ENCRYPT, crypto.session, 5, source, GCM_SEALED);
	CHECK(t, CRYPTO_AEAD_11, status == VIRTIO_CRYPTO_OK || crypto_failed(status),
	      "GCM with an IV of 5 bytes ends with status %u", status);
	crypto_down(&crypto);
}

TEST(crypto, aead_tags_are_verified,
     .about = "what was sealed is opened; with one bit of tag or text changed it is a bad message",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3, CRYPTO_AEAD_2,
		       CRYPTO_AEAD_4, CRYPTO_AEAD_5, CRYPTO_AEAD_9))
{
	static const uint8_t places[] = {0, GCM_PLAIN - 1, GCM_PLAIN, GCM_SEALED - 1};
	uint8_t sealed[GCM_SEALED];
	struct crypto crypto;
	uint8_t status;

	up_with_gcm(t, &crypto, VIRTIO_CRYPTO_OP_DECRYPT);
	memcpy(sealed, crypto_gcm_sealed, GCM_SEALED);
	status = seal(&crypto, CRYPTO_DECRYPT, crypto.session, sizeof(crypto_gcm_iv),
		      (struct piece){sealed, GCM_SEALED}, GCM_SEALED);
	/* Where the tag of a message lies that is to be opened, and what src_data_len says of it, is nowhere said. */
	CAN_JUDGE(t, status == VIRTIO_CRYPTO_OK,
		  "a message with its tag behind it is not opened: status %u", status);
	CHECK(t, CRYPTO_AEAD_2, memcmp(crypto.in, crypto_gcm_plain, GCM_PLAIN) == 0,
	      "what was opened begins with %#x, not %#x, or is wrong behind", crypto.in[0],
	      crypto_gcm_plain[0]);
	for (unsigned n = 0; n < ARRAY_LENGTH(places); n++) {
		sealed[places[n]] ^= 1;
		status = seal(&crypto, CRYPTO_DECRYPT, crypto.session, sizeof(crypto_gcm_iv),
			      (struct piece){sealed, GCM_SEALED}, GCM_SEALED);
		sealed[places[n]] ^= 1;
		CHECK(t, CRYPTO_AEAD_5, status != VIRTIO_CRYPTO_OK,
		      "with a bit of byte %u changed the message is good", places[n]);
		CHECK(t, CRYPTO_AEAD_9, status == VIRTIO_CRYPTO_BADMSG,
		      "with a bit of byte %u changed the status is %u", places[n], status);
	}
	crypto_down(&crypto);
}
