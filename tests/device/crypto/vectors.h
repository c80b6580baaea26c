/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Published vectors: NIST SP 800-38A (F.1, F.2, F.5), IEEE 1619 (B, vector 2), FIPS 180-4 and RFC 1321 ("abc"), RFC 2202 and 4231
 * (case 2), McGrew and Viega's test case 4 of GCM. RSA is a key of 2048 bits of our own, and what OpenSSL makes with it.
 */
#ifndef TESTS_DEVICE_CRYPTO_VECTORS_H
#define TESTS_DEVICE_CRYPTO_VECTORS_H

#include "virtio/device/crypto.h"

/* What a cipher makes of `length` bytes; the last has no name. */
struct crypto_cipher_vector {
	uint32_t algorithm, key_length, iv_length, length;
	const uint8_t *key, *iv, *plain, *cipher;
	const char *name;
};
/* From published documents. */
extern const struct crypto_cipher_vector crypto_cipher_vectors[];

#define CRYPTO_DIGEST_MOST 64u

/* What hashes make of CRYPTO_HASHED, and HMACs with CRYPTO_MAC_KEY of CRYPTO_MACED; the last has no name. */
struct crypto_digest_vector {
	uint32_t algorithm, length;
	uint8_t digest[CRYPTO_DIGEST_MOST];
	const char *name;
};
/* Likewise. */
extern const struct crypto_digest_vector crypto_hash_vectors[], crypto_mac_vectors[];

#define CRYPTO_HASHED  "abc"
#define CRYPTO_MAC_KEY "Jefe"
#define CRYPTO_MACED   "what do ya want for nothing?"

/* AES-128 in GCM; the tag is the last 16 bytes of what is sealed. */
#define CRYPTO_GCM_TAG 16u
extern const uint8_t crypto_gcm_key[16], crypto_gcm_iv[12], crypto_gcm_aad[20],
	crypto_gcm_plain[60], crypto_gcm_sealed[76];

/* The number that RSA without padding makes crypto_rsa_raw of, which begins with a byte of 0. */
#define CRYPTO_RSA_RAW_NUMBER 283u
#define CRYPTO_RSA_BYTES      256u

/* Keys in DER; the signature (PKCS#1 v1.5) of the SHA-256 hash of CRYPTO_HASHED. */
extern const uint8_t crypto_rsa_private[1192], crypto_rsa_public[270],
	crypto_rsa_signature[CRYPTO_RSA_BYTES], crypto_rsa_raw[CRYPTO_RSA_BYTES];

#endif
