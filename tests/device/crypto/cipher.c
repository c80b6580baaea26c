/* SPDX-License-Identifier: BSD-2-Clause */
/* Cipher operations (virtio 1.4, 5.9.9.6). */
#include "lib/string.h"
#include "tests/device/crypto/command.h"

/* How a vector is tried, and what is broken when the result is wrong. */
struct way {
	uint32_t operation;
	unsigned parts; /* descriptors */
	bool half;      /* the first half of the source */
	enum clause_id clause;
	const char *name;
};

static const struct way ways[] = {
	{CRYPTO_ENCRYPT, 0, false, CLAUSE_CRYPTO_SYM_7, "encrypted"},
	{CRYPTO_ENCRYPT, 3, false, CLAUSE_CRYPTO_SYM_4, "encrypted, cut in three"},
	{CRYPTO_ENCRYPT, 0, true, CLAUSE_CRYPTO_SYM_3, "half of it encrypted"},
	{CRYPTO_DECRYPT, 0, false, CLAUSE_CRYPTO_SYM_2, "decrypted"},
};

static void try_way(struct crypto *crypto, const struct crypto_cipher_vector *vector,
		    const struct way *way)
{
	struct test_run *t = crypto->t;
	const bool decrypt = way->operation == CRYPTO_DECRYPT;
	const uint8_t *source = decrypt ? vector->cipher : vector->plain;
	const uint8_t *result = decrypt ? vector->plain : vector->cipher;
	uint32_t length = way->half ? vector->length / 2 : vector->length;
	uint8_t status;

	crypto->parts = 0;
	if (crypto_create_cipher(crypto, vector->algorithm,
				 decrypt ? VIRTIO_CRYPTO_OP_DECRYPT : VIRTIO_CRYPTO_OP_ENCRYPT,
				 (struct piece){vector->key, vector->key_length}) !=
	    VIRTIO_CRYPTO_OK)
		return;
	crypto->parts = way->parts;
	status = crypto_cipher(crypto, way->operation, crypto->session,
			       (struct piece){vector->iv, vector->iv_length},
			       (struct piece){source, length});
	INSIST(t, CRYPTO_SYM_12, status == VIRTIO_CRYPTO_OK, "%s, %s: status %u", vector->name,
	       way->name, status);
	JUDGE(t, way->clause, memcmp(crypto->in, result, length) == 0,
	      "%s, %s: the first byte is %#x, not %#x, or one behind is wrong", vector->name,
	      way->name, crypto->in[0], result[0]);
	CHECK(t, CRYPTO_SYM_3, crypto_guarded(crypto, length),
	      "%s, %s: more than dst_data_len is written", vector->name, way->name);
}

TEST(crypto, ciphers_give_known_answers,
     .about = "published vectors come out, both ways, whole, in part, and cut anywhere",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3, CRYPTO_SYM_2,
		       CRYPTO_SYM_3, CRYPTO_SYM_4, CRYPTO_SYM_7, CRYPTO_SYM_12))
{
	struct crypto crypto;
	unsigned known = 0;

	crypto_up(t, &crypto);
	for (const struct crypto_cipher_vector *vector = crypto_cipher_vectors; vector->name;
	     vector++) {
		if (!(CRYPTO_CONFIG(t, cipher_algo_l) >> vector->algorithm & 1) ||
		    vector->key_length > CRYPTO_CONFIG(t, max_cipher_key_len))
			continue;
		known++;
		for (unsigned n = 0; n < ARRAY_LENGTH(ways); n++)
			try_way(&crypto, vector, &ways[n]);
	}
	crypto_down(&crypto);
	CAN_JUDGE(t, known, "none of the ciphers that the device offers is known here");
}

TEST(crypto, impossible_ciphers_fail,
     .about =
	     "a part of a block, an IV of another size, and an undefined operation end with an error",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3, CRYPTO_SYM_11,
		       CRYPTO_SYM_14, CRYPTO_SYM_16))
{
	/* VIRTIO_CRYPTO_SYM_OP_NONE would do, too, but whoever does nothing may say that it is done. */
	const struct virtio_crypto_cipher_data_flf undefined = {
		.iv_len = to_le32(CRYPTO_BLOCK),
		.src_data_len = to_le32(CRYPTO_BLOCK),
		.dst_data_len = to_le32(CRYPTO_BLOCK),
		.op_type = to_le32(CRYPTO_SYM_OP_UNDEFINED),
	};
	const struct piece pieces[] = {{crypto_sp800_38a_iv, CRYPTO_BLOCK},
				       {crypto_sp800_38a_plain, CRYPTO_BLOCK}};
	struct crypto crypto;
	uint64_t session;
	uint8_t status;

	crypto_up(t, &crypto);
	CAN_JUDGE(t,
		  CRYPTO_CONFIG(t, cipher_algo_l) & BIT(VIRTIO_CRYPTO_CIPHER_AES_CBC) &&
			  crypto_create_cipher(&crypto, VIRTIO_CRYPTO_CIPHER_AES_CBC,
					       VIRTIO_CRYPTO_OP_ENCRYPT,
					       (struct piece){crypto_sp800_38a_key,
							      CRYPTO_BLOCK}) == VIRTIO_CRYPTO_OK,
		  "no session of AES-CBC is made");
	session = crypto.session;
	status = crypto_cipher(&crypto, CRYPTO_ENCRYPT, session, pieces[0],
			       (struct piece){crypto_sp800_38a_plain, CRYPTO_BLOCK + 1});
	CHECK(t, CRYPTO_SYM_16, crypto_failed(status), "AES-CBC of 17 bytes ends with status %u",
	      status);
	status = crypto_cipher(&crypto, CRYPTO_ENCRYPT, session,
			       (struct piece){crypto_sp800_38a_iv, 5}, pieces[1]);
	CHECK(t, CRYPTO_SYM_16, crypto_failed(status),
	      "AES-CBC with an IV of 5 bytes ends with status %u", status);
	status = crypto_operate(&crypto,
				VIRTIO_CRYPTO_OPCODE(VIRTIO_CRYPTO_SERVICE_CIPHER, CRYPTO_ENCRYPT),
				session, &undefined, sizeof(undefined), pieces, 2, CRYPTO_BLOCK);
	CHECK(t, CRYPTO_SYM_11, status <= VIRTIO_CRYPTO_INVSESS && status != VIRTIO_CRYPTO_BADMSG,
	      "an undefined symmetric operation ends with status %u", status);
	CHECK(t, CRYPTO_SYM_14, status != VIRTIO_CRYPTO_OK,
	      "an undefined symmetric operation succeeds");
	crypto_down(&crypto);
}

/* What a service that is not offered answers, and what all of its answers may be. */
struct absent {
	enum virtio_crypto_service service;
	uint32_t operation;
	enum clause_id refused, defined;
	uint32_t statuses; /* bit n: status n */
	const char *name;
};

static const struct absent absents[] = {
	{VIRTIO_CRYPTO_SERVICE_HASH, CRYPTO_ENCRYPT, CLAUSE_CRYPTO_HASH_7, CLAUSE_CRYPTO_HASH_4,
	 0x1b, "HASH"},
	{VIRTIO_CRYPTO_SERVICE_MAC, CRYPTO_ENCRYPT, CLAUSE_CRYPTO_MAC_6, CLAUSE_CRYPTO_MAC_3, 0x1b,
	 "MAC"},
	{VIRTIO_CRYPTO_SERVICE_AEAD, CRYPTO_ENCRYPT, CLAUSE_CRYPTO_AEAD_8, CLAUSE_CRYPTO_AEAD_4,
	 0x1f, "AEAD encryption"},
	{VIRTIO_CRYPTO_SERVICE_AEAD, CRYPTO_DECRYPT, CLAUSE_CRYPTO_AEAD_8, CLAUSE_CRYPTO_AEAD_4,
	 0x1f, "AEAD decryption"},
	{VIRTIO_CRYPTO_SERVICE_AKCIPHER, CRYPTO_SIGN, CLAUSE_CRYPTO_AKC_6, CLAUSE_CRYPTO_AKC_3,
	 0x5f, "AKCIPHER signature"},
	{VIRTIO_CRYPTO_SERVICE_IPSEC, CRYPTO_ENCRYPT, CLAUSE_CRYPTO_IPSEC_25,
	 CLAUSE_CRYPTO_IPSEC_22, 0x9f, "outbound IPsec"},
	{VIRTIO_CRYPTO_SERVICE_IPSEC, CRYPTO_DECRYPT, CLAUSE_CRYPTO_IPSEC_25,
	 CLAUSE_CRYPTO_IPSEC_22, 0x9f, "inbound IPsec"},
};

TEST(crypto, absent_services_are_refused,
     .about = "an operation of a service that is not offered does not succeed",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_2, CRYPTO_HASH_4, CRYPTO_HASH_7, CRYPTO_MAC_3,
		       CRYPTO_MAC_6, CRYPTO_AEAD_4, CRYPTO_AEAD_8, CRYPTO_AKC_3, CRYPTO_AKC_6,
		       CRYPTO_IPSEC_22, CRYPTO_IPSEC_25))
{
	const le32 lengths[2] = {to_le32(CRYPTO_BLOCK), to_le32(CRYPTO_BLOCK)};
	const struct piece source = {crypto_sp800_38a_plain, CRYPTO_BLOCK};
	struct crypto crypto;

	crypto_up(t, &crypto);
	for (unsigned n = 0; n < ARRAY_LENGTH(absents); n++) {
		const struct absent *absent = &absents[n];
		uint8_t status;

		if (crypto_serves(&crypto, absent->service))
			continue;
		status = crypto_operate(
			&crypto, VIRTIO_CRYPTO_OPCODE(absent->service, absent->operation),
			CRYPTO_NOBODY, lengths, sizeof(lengths), &source, 1, CRYPTO_BLOCK);
		JUDGE(t, absent->defined, absent->statuses >> status & 1, "%s ends with status %u",
		      absent->name, status);
		/* That there is no such session is as good a reason as that there is no such service. */
		JUDGE(t, absent->refused, status != VIRTIO_CRYPTO_OK,
		      "%s is not offered, and succeeds", absent->name);
	}
}
