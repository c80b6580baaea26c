/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions (virtio 1.4, 5.9.9.2.1): made, refused, told apart, destroyed. */
#include "lib/string.h"
#include "tests/device/crypto/command.h"

#define UNDEFINED 60u /* an algorithm that nothing defines */

static const struct piece iv = {crypto_sp800_38a_iv, CRYPTO_BLOCK};
static const struct piece plain = {crypto_sp800_38a_plain, 2 * CRYPTO_BLOCK};
static const struct piece key = {crypto_sp800_38a_key, CRYPTO_BLOCK};

/* Brings the device up with these features; it has AES-CBC: skips the test where it has not. */
static void up_with_cbc(struct test_run *t, uint64_t features, struct crypto *crypto)
{
	crypto_up_with(t, features, crypto);
	CAN_JUDGE(t,
		  crypto_serves(crypto, VIRTIO_CRYPTO_SERVICE_CIPHER) &&
			  CRYPTO_CONFIG(t, cipher_algo_l) & BIT(VIRTIO_CRYPTO_CIPHER_AES_CBC),
		  "the device does not offer AES-CBC");
}

static uint32_t create_cbc(struct crypto *crypto, struct piece with)
{
	return crypto_create_cipher(crypto, VIRTIO_CRYPTO_CIPHER_AES_CBC, VIRTIO_CRYPTO_OP_ENCRYPT,
				    with);
}

static uint8_t encrypt(struct crypto *crypto, uint64_t session)
{
	return crypto_cipher(crypto, CRYPTO_ENCRYPT, session, iv, plain);
}

TEST(crypto, sessions_use_their_parameters,
     .about =
	     "algorithm and key of a session, whole or cut anywhere, are what operations work with",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_1,
		       CRYPTO_SESS_CREATE_2, CRYPTO_SESS_CREATE_3, CRYPTO_SESS_CREATE_4))
{
	struct crypto crypto;
	unsigned made = 0, asked = 0;

	crypto_up(t, &crypto);
	CAN_JUDGE(t, crypto_serves(&crypto, VIRTIO_CRYPTO_SERVICE_CIPHER),
		  "the device does not offer CIPHER");
	for (const struct crypto_cipher_vector *n = crypto_cipher_vectors; n->name; n++) {
		for (unsigned parts = 0; parts < 4; parts += 3) {
			uint8_t status;

			if (!(CRYPTO_CONFIG(t, cipher_algo_l) >> n->algorithm & 1) ||
			    n->key_length > CRYPTO_CONFIG(t, max_cipher_key_len))
				continue;
			asked++;
			crypto.parts = parts;
			/* That one length of keys is not supported is no wrong by itself. */
			if (crypto_create_cipher(&crypto, n->algorithm, VIRTIO_CRYPTO_OP_ENCRYPT,
						 (struct piece){n->key, n->key_length}) !=
			    VIRTIO_CRYPTO_OK)
				continue;
			made++;
			crypto.parts = 0;
			status = crypto_cipher(&crypto, CRYPTO_ENCRYPT, crypto.session,
					       (struct piece){n->iv, n->iv_length},
					       (struct piece){n->plain, n->length});
			INSIST(t, CRYPTO_SESS_CREATE_4, status == VIRTIO_CRYPTO_OK,
			       "%s: the session was made, and an operation in it ends with status %u",
			       n->name, status);
			JUDGE(t,
			      parts || n->key_length != CRYPTO_BLOCK ? CLAUSE_CRYPTO_SESS_CREATE_2
								     : CLAUSE_CRYPTO_SESS_CREATE_1,
			      memcmp(crypto.in, n->cipher, n->length) == 0,
			      "%s, %s: the first byte is %#x, not %#x, or one behind is wrong",
			      n->name, parts ? "the request cut in three" : "the request whole",
			      crypto.in[0], n->cipher[0]);
		}
	}
	CAN_JUDGE(t, asked, "none of the ciphers that the device offers is known here");
	CHECK(t, CRYPTO_SESS_CREATE_4, made, "no session of any cipher is made, of %u asked for",
	      asked);
	crypto_down(&crypto);
}

TEST(crypto, unsupported_sessions_are_refused,
     .about =
	     "an algorithm that is not offered, or not defined, and an undefined operation are not supported",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_SESS_CREATE_3, CRYPTO_SESS_CREATE_5,
		       CRYPTO_SESS_CREATE_6, CRYPTO_SESS_CREATE_11))
{
	const struct virtio_crypto_cipher_session_flf undefined = {
		.algo = to_le32(VIRTIO_CRYPTO_CIPHER_AES_CBC),
		.key_len = to_le32(CRYPTO_BLOCK),
		.op = to_le32(VIRTIO_CRYPTO_OP_ENCRYPT),
		.op_type = to_le32(CRYPTO_SYM_OP_UNDEFINED),
	};
	const uint64_t preset = 0x0101010101010101u * CRYPTO_PRESET;
	struct crypto crypto;
	uint32_t algorithm = 1, status;

	up_with_cbc(t, 0, &crypto);
	while (CRYPTO_CONFIG(t, cipher_algo_l) >> algorithm & 1)
		algorithm++;
	for (unsigned n = 0; n < 2; n++) {
		uint32_t asked = n ? UNDEFINED : algorithm;

		status = crypto_create_cipher(&crypto, asked, VIRTIO_CRYPTO_OP_ENCRYPT, key);
		CHECK(t, CRYPTO_SESS_CREATE_5, status == VIRTIO_CRYPTO_NOTSUPP,
		      "a session with cipher %u, which is not offered, ends with status %u", asked,
		      status);
		CHECK(t, CRYPTO_SESS_CREATE_11,
		      status == VIRTIO_CRYPTO_OK || !crypto.session || crypto.session == preset,
		      "a session was refused, and session_id is %#lx", crypto.session);
	}
	status = crypto_create(&crypto, VIRTIO_CRYPTO_SERVICE_CIPHER, &undefined, sizeof(undefined),
			       key);
	CHECK(t, CRYPTO_SESS_CREATE_6, status == VIRTIO_CRYPTO_NOTSUPP,
	      "a session of an undefined symmetric operation ends with status %u", status);
	crypto_down(&crypto);
}

TEST(crypto, impossible_keys_are_refused,
     .about = "a key that no AES has, and one of RSA that is none, make no session",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_SESS_CREATE_3, CRYPTO_SESS_CREATE_9))
{
	const struct virtio_crypto_rsa_session_flf rsa = {
		.algo = to_le32(VIRTIO_CRYPTO_AKCIPHER_RSA),
		.key_type = to_le32(VIRTIO_CRYPTO_AKCIPHER_KEY_TYPE_PUBLIC),
		.key_len = to_le32(64),
		.padding_algo = to_le32(VIRTIO_CRYPTO_RSA_PKCS1_PADDING),
		.hash_algo = to_le32(VIRTIO_CRYPTO_RSA_SHA256),
	};
	struct crypto crypto;
	uint32_t status;

	up_with_cbc(t, 0, &crypto);
	/* That a length is not supported, or there is no room, is a reason, too: what must not be is that it is made. */
	status = create_cbc(&crypto, (struct piece){crypto_sp800_38a_plain, 17});
	CHECK(t, CRYPTO_SESS_CREATE_9, status != VIRTIO_CRYPTO_OK,
	      "a session of AES with a key of 17 bytes is made");
	if (CRYPTO_CONFIG(t, akcipher_algo) & BIT(VIRTIO_CRYPTO_AKCIPHER_RSA) &&
	    crypto_serves(&crypto, VIRTIO_CRYPTO_SERVICE_AKCIPHER)) {
		status = crypto_create(&crypto, VIRTIO_CRYPTO_SERVICE_AKCIPHER, &rsa, sizeof(rsa),
				       (struct piece){crypto_sp800_38a_plain, 64});
		CHECK(t, CRYPTO_SESS_CREATE_9, crypto_failed(status),
		      "a session of RSA whose key is no key ends with status %u", status);
	}
	crypto_down(&crypto);
}

#define MANY 16u

TEST(crypto, sessions_are_told_apart,
     .about = "sessions have ids of their own, and each id its own key", .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3,
		       CRYPTO_SESS_CREATE_10))
{
	uint8_t keys[MANY][CRYPTO_BLOCK], results[MANY][CRYPTO_BLOCK];
	uint64_t ids[MANY];
	struct crypto crypto;

	up_with_cbc(t, 0, &crypto);
	for (unsigned n = 0; n < MANY; n++) {
		memcpy(keys[n], crypto_sp800_38a_key, CRYPTO_BLOCK);
		keys[n][0] = (uint8_t)(keys[n][0] + n);
		CAN_JUDGE(t,
			  create_cbc(&crypto, (struct piece){keys[n], CRYPTO_BLOCK}) ==
				  VIRTIO_CRYPTO_OK,
			  "there are no more than %u sessions", n);
		ids[n] = crypto.session;
	}
	for (unsigned n = 0; n < MANY; n++) {
		CAN_JUDGE(t, encrypt(&crypto, ids[n]) == VIRTIO_CRYPTO_OK,
			  "an operation in session %#lx fails", ids[n]);
		memcpy(results[n], crypto.in, CRYPTO_BLOCK);
	}
	CHECK(t, CRYPTO_SESS_CREATE_10, memcmp(results[0], crypto_sp800_38a_cbc, CRYPTO_BLOCK) == 0,
	      "the first of %u sessions does not work with its key", MANY);
	for (unsigned n = 0; n < MANY; n++) {
		for (unsigned m = 0; m < n; m++) {
			CHECK(t, CRYPTO_SESS_CREATE_10, ids[n] != ids[m],
			      "two sessions have id %#lx", ids[n]);
			CHECK(t, CRYPTO_SESS_CREATE_10,
			      memcmp(results[n], results[m], CRYPTO_BLOCK) != 0,
			      "sessions %#lx and %#lx, with two keys, have the same result", ids[n],
			      ids[m]);
		}
	}
	crypto_down(&crypto);
}

TEST(crypto, destroyed_sessions_are_gone,
     .about = "a session is destroyed once, and what names it then, or none ever, fails",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3,
		       CRYPTO_SESS_DESTROY_1, CRYPTO_SESS_DESTROY_2, CRYPTO_SESS_DESTROY_3,
		       CRYPTO_SYM_11, CRYPTO_SYM_15))
{
	struct crypto crypto;
	uint64_t session;
	uint8_t status;

	up_with_cbc(t, 0, &crypto);
	CAN_JUDGE(t, create_cbc(&crypto, key) == VIRTIO_CRYPTO_OK, "no session is made");
	session = crypto.session;
	for (unsigned n = 0; n < 3; n++) {
		status = crypto_destroy(&crypto, VIRTIO_CRYPTO_SERVICE_CIPHER,
					n < 2 ? session : CRYPTO_NOBODY);
		INSIST(t, CRYPTO_SESS_DESTROY_1, status <= VIRTIO_CRYPTO_ERR,
		       "the status of a session that was to be destroyed is %#x", status);
		if (n == 0)
			CHECK(t, CRYPTO_SESS_DESTROY_2, status == VIRTIO_CRYPTO_OK,
			      "a session that was made is not destroyed: status %u", status);
		else
			CHECK(t, CRYPTO_SESS_DESTROY_3, status == VIRTIO_CRYPTO_ERR,
			      "a session that %s is destroyed", n == 1 ? "is gone" : "never was");
		status = encrypt(&crypto, n < 2 ? session : CRYPTO_NOBODY);
		CHECK(t, CRYPTO_SYM_11, status <= VIRTIO_CRYPTO_INVSESS && status != 2,
		      "the status of a cipher operation is %u", status);
		CHECK(t, CRYPTO_SYM_15, status == VIRTIO_CRYPTO_INVSESS,
		      "an operation in a session that does not exist ends with status %u", status);
	}
	crypto_down(&crypto);
}

/*
 * Makes sessions of AES-CBC until one is refused: its status, and how many there were before. Skips the test where there is
 * no end of them.
 */
static uint32_t exhaust(struct crypto *crypto, unsigned *made)
{
	uint32_t status = VIRTIO_CRYPTO_OK;

	for (*made = 0; *made < CRYPTO_SESSIONS; ++*made) {
		status = create_cbc(crypto, key);
		if (status != VIRTIO_CRYPTO_OK)
			break;
	}
	crypto_down(crypto);
	CAN_JUDGE(crypto->t, status != VIRTIO_CRYPTO_OK, "%u sessions are made, and there are more",
		  CRYPTO_SESSIONS);
	return status;
}

TEST(crypto, sessions_come_to_an_end,
     .about =
	     "when no more sessions are to be had the status is ERR, without VIRTIO_CRYPTO_F_REVISION_1",
     .type = VIRTIO_TYPE_CRYPTO, .timeout_ms = 60000,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_SESS_CREATE_3, CRYPTO_SESS_CREATE_8))
{
	struct crypto crypto;
	unsigned made;
	uint32_t status;

	up_with_cbc(t, 0, &crypto);
	status = exhaust(&crypto, &made);
	CHECK(t, CRYPTO_SESS_CREATE_8, status == VIRTIO_CRYPTO_ERR,
	      "behind %u sessions the status is %u", made, status);
}

/* Asked when the test runs: who stands before the device may offer more than it does. */
static void need_revision_1(struct test_run *t)
{
	CAN_JUDGE(t, features_have(&t->device->offered, VIRTIO_CRYPTO_F_REVISION_1),
		  "VIRTIO_CRYPTO_F_REVISION_1 is not offered");
}

/* A cipher's requests are the same with it as without. */
TEST(crypto, sessions_run_out_of_space,
     .about =
	     "when no more sessions are to be had the status is NOSPC, with VIRTIO_CRYPTO_F_REVISION_1",
     .type = VIRTIO_TYPE_CRYPTO, .timeout_ms = 60000,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_SESS_CREATE_3, CRYPTO_SESS_CREATE_7))
{
	struct crypto crypto;
	unsigned made;
	uint32_t status;

	need_revision_1(t);
	up_with_cbc(t, BIT64(VIRTIO_CRYPTO_F_REVISION_1), &crypto);
	status = exhaust(&crypto, &made);
	CHECK(t, CRYPTO_SESS_CREATE_7, status == VIRTIO_CRYPTO_NOSPC,
	      "behind %u sessions the status is %u", made, status);
}

TEST(crypto, unflagged_operations_are_rejected,
     .about =
	     "without stateless operations one that does not say that it is of a session is rejected",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3,
		       CRYPTO_PROSE_5))
{
	struct crypto crypto;
	uint8_t status;

	need_revision_1(t);
	up_with_cbc(t, BIT64(VIRTIO_CRYPTO_F_REVISION_1), &crypto);
	CAN_JUDGE(t, create_cbc(&crypto, key) == VIRTIO_CRYPTO_OK, "no session is made");
	crypto.unflagged = true;
	status = encrypt(&crypto, crypto.session);
	CHECK(t, CRYPTO_PROSE_5, status != VIRTIO_CRYPTO_OK,
	      "an operation without VIRTIO_CRYPTO_FLAG_SESSION_MODE succeeds");
	crypto_down(&crypto);
}
