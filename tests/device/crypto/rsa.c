/* SPDX-License-Identifier: BSD-2-Clause */
/* AKCIPHER operations, by RSA (virtio 1.4, 5.9.9.8). */
#include "lib/string.h"
#include "tests/device/crypto/command.h"

static const struct piece nothing = {crypto_rsa_raw, 0};

/* The SHA-256 hash that was signed. */
static struct piece signed_hash(void)
{
	const struct crypto_digest_vector *vector = crypto_hash_vectors;

	while (vector->algorithm != VIRTIO_CRYPTO_HASH_SHA_256)
		vector++;
	return (struct piece){vector->digest, vector->length};
}

/* Brings the device up with sessions of both keys; skips the test where they are not made. */
static void up_with_rsa(struct test_run *t, struct crypto *crypto, uint32_t padding,
			uint64_t *public_key, uint64_t *private_key)
{
	crypto_up(t, crypto);
	CAN_JUDGE(t,
		  crypto_serves(crypto, VIRTIO_CRYPTO_SERVICE_AKCIPHER) &&
			  CRYPTO_CONFIG(t, akcipher_algo) & BIT(VIRTIO_CRYPTO_AKCIPHER_RSA),
		  "the device does not offer RSA");
	for (unsigned n = 0; n < 2; n++) {
		uint32_t status = crypto_create_rsa(crypto,
						    n ? VIRTIO_CRYPTO_AKCIPHER_KEY_TYPE_PRIVATE
						      : VIRTIO_CRYPTO_AKCIPHER_KEY_TYPE_PUBLIC,
						    padding);

		CAN_JUDGE(t, status == VIRTIO_CRYPTO_OK,
			  "no session of RSA is made with padding %u", padding);
		*(n ? private_key : public_key) = crypto->session;
	}
}

static uint8_t operate(struct crypto *crypto, uint32_t operation, uint64_t session,
		       struct piece source, struct piece data, uint32_t room)
{
	uint8_t status = crypto_rsa(crypto, operation, session, source, data, room);

	CHECK(crypto->t, CRYPTO_AKC_3,
	      status <= VIRTIO_CRYPTO_INVSESS || status == VIRTIO_CRYPTO_KEY_REJECTED,
	      "an RSA operation ends with status %u", status);
	return status;
}

TEST(crypto, rsa_signs_and_verifies,
     .about = "a hash is signed as PKCS#1 has it, and its signature verified, changed ones not",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3, CRYPTO_AKC_2,
		       CRYPTO_AKC_3, CRYPTO_AKC_4, CRYPTO_AKC_7, CRYPTO_AKC_8, CRYPTO_AKC_9,
		       CRYPTO_AKC_10))
{
	const struct piece hash = signed_hash();
	uint8_t changed[CRYPTO_RSA_BYTES];
	uint64_t public_key, private_key;
	struct crypto crypto;
	uint8_t status;

	up_with_rsa(t, &crypto, VIRTIO_CRYPTO_RSA_PKCS1_PADDING, &public_key, &private_key);
	status = operate(&crypto, CRYPTO_SIGN, private_key, hash, nothing, CRYPTO_RSA_BYTES);
	INSIST(t, CRYPTO_AKC_4, status == VIRTIO_CRYPTO_OK, "SIGN ends with status %u", status);
	CHECK(t, CRYPTO_AKC_2, memcmp(crypto.in, crypto_rsa_signature, CRYPTO_RSA_BYTES) == 0,
	      "the signature begins with %#x, not %#x, or is wrong behind", crypto.in[0],
	      crypto_rsa_signature[0]);
	memcpy(changed, crypto_rsa_signature, CRYPTO_RSA_BYTES);
	status = operate(&crypto, CRYPTO_VERIFY, public_key,
			 (struct piece){changed, CRYPTO_RSA_BYTES}, hash, 0);
	CHECK(t, CRYPTO_AKC_4, status == VIRTIO_CRYPTO_OK,
	      "VERIFY of a good signature ends with status %u", status);
	changed[100] ^= 1;
	status = operate(&crypto, CRYPTO_VERIFY, public_key,
			 (struct piece){changed, CRYPTO_RSA_BYTES}, hash, 0);
	/* The text has two statuses for what is the same. */
	CHECK(t, CRYPTO_AKC_9,
	      status == VIRTIO_CRYPTO_KEY_REJECTED || status == VIRTIO_CRYPTO_BADMSG,
	      "VERIFY of a changed signature ends with status %u", status);
	CHECK(t, CRYPTO_AKC_7,
	      status == VIRTIO_CRYPTO_KEY_REJECTED || status == VIRTIO_CRYPTO_BADMSG,
	      "VERIFY of a changed signature ends with status %u", status);
	status = operate(&crypto, CRYPTO_SIGN, CRYPTO_NOBODY, hash, nothing, CRYPTO_RSA_BYTES);
	CHECK(t, CRYPTO_AKC_8, status == VIRTIO_CRYPTO_INVSESS,
	      "SIGN in a session that does not exist ends with status %u", status);
	status = operate(&crypto, CRYPTO_SIGN, public_key, hash, nothing, CRYPTO_RSA_BYTES);
	CHECK(t, CRYPTO_AKC_10, crypto_failed(status), "SIGN with a public key ends with status %u",
	      status);
	crypto_down(&crypto);
}

TEST(crypto, rsa_decrypts_what_it_encrypted,
     .about = "what a public key encrypts is something else, and the private one brings it back",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_SESS_CREATE_3, CRYPTO_AKC_2,
		       CRYPTO_AKC_3, CRYPTO_AKC_4))
{
	const struct piece message = {crypto_gcm_plain, sizeof(crypto_gcm_plain)};
	uint8_t secret[CRYPTO_RSA_BYTES];
	uint64_t public_key, private_key;
	struct crypto crypto;
	uint32_t length;
	uint8_t status;

	up_with_rsa(t, &crypto, VIRTIO_CRYPTO_RSA_PKCS1_PADDING, &public_key, &private_key);
	status = operate(&crypto, CRYPTO_ENCRYPT, public_key, message, nothing, CRYPTO_RSA_BYTES);
	INSIST(t, CRYPTO_AKC_4, status == VIRTIO_CRYPTO_OK, "ENCRYPT ends with status %u", status);
	memcpy(secret, crypto.in, CRYPTO_RSA_BYTES);
	/* One in 256 begins with a zero, and may come without. */
	length =
		crypto.length > 1 ? MINIMUM(crypto.length - 1, CRYPTO_RSA_BYTES) : CRYPTO_RSA_BYTES;
	CHECK(t, CRYPTO_AKC_2, memcmp(secret, message.bytes, message.length) != 0,
	      "the message is not encrypted");
	status = operate(&crypto, CRYPTO_DECRYPT, private_key, (struct piece){secret, length},
			 nothing, CRYPTO_RSA_BYTES);
	INSIST(t, CRYPTO_AKC_2, status == VIRTIO_CRYPTO_OK || length == CRYPTO_RSA_BYTES,
	       "a cipher text of %u bytes, the first %#x, is not decrypted: status %u", length,
	       secret[0], status);
	INSIST(t, CRYPTO_AKC_4, status == VIRTIO_CRYPTO_OK, "DECRYPT ends with status %u", status);
	CHECK(t, CRYPTO_AKC_2, memcmp(crypto.in, message.bytes, message.length) == 0,
	      "what comes back begins with %#x, not %#x, or is wrong behind", crypto.in[0],
	      crypto_gcm_plain[0]);
	crypto_down(&crypto);
}

TEST(crypto, raw_rsa_pads_with_zeroes,
     .about =
	     "without padding text and cipher text have the size of the modulus, with zeroes in front",
     .type = VIRTIO_TYPE_CRYPTO,
     .judges = CLAUSES(SANE_1, CRYPTO_PROSE_1, CRYPTO_PROSE_2, CRYPTO_PROSE_3, CRYPTO_PROSE_4,
		       CRYPTO_SESS_CREATE_3, CRYPTO_AKC_3))
{
	uint8_t number[CRYPTO_RSA_BYTES] = {0};
	uint64_t public_key, private_key;
	struct crypto crypto;
	uint8_t status;

	number[CRYPTO_RSA_BYTES - 1] = (uint8_t)CRYPTO_RSA_RAW_NUMBER;
	number[CRYPTO_RSA_BYTES - 2] = (uint8_t)(CRYPTO_RSA_RAW_NUMBER >> 8);
	up_with_rsa(t, &crypto, VIRTIO_CRYPTO_RSA_RAW_PADDING, &public_key, &private_key);
	status = operate(&crypto, CRYPTO_ENCRYPT, public_key,
			 (struct piece){number, CRYPTO_RSA_BYTES}, nothing, CRYPTO_RSA_BYTES);
	CAN_JUDGE(t, status == VIRTIO_CRYPTO_OK, "RSA without padding ends with status %u", status);
	CHECK(t, CRYPTO_PROSE_3, memcmp(crypto.in, crypto_rsa_raw, CRYPTO_RSA_BYTES) == 0,
	      "the cipher text begins with %#x, %#x", crypto.in[0], crypto.in[1]);
	status = operate(&crypto, CRYPTO_DECRYPT, private_key,
			 (struct piece){crypto_rsa_raw, CRYPTO_RSA_BYTES}, nothing,
			 CRYPTO_RSA_BYTES);
	CHECK(t, CRYPTO_PROSE_4,
	      status == VIRTIO_CRYPTO_OK && memcmp(crypto.in, number, CRYPTO_RSA_BYTES) == 0,
	      "the text begins with %#x, %#x, status %u", crypto.in[0], crypto.in[1], status);
	crypto_down(&crypto);
}
