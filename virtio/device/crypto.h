/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Crypto device (virtio 1.4, 5.9): sessions over a control queue, operations over data queues. The layouts are those without
 * VIRTIO_CRYPTO_F_REVISION_1, in which the part that an opcode brings is padded; with it those of ciphers are the same, and what
 * destroys a session is shorter. Any CPU, one at a time for an arena.
 */
#ifndef VIRTIO_DEVICE_CRYPTO_H
#define VIRTIO_DEVICE_CRYPTO_H

#include "virtio/device/workload.h"

/* Feature bits (5.9.3). */
enum {
	VIRTIO_CRYPTO_F_REVISION_1 = 0,
	VIRTIO_CRYPTO_F_CIPHER_STATELESS_MODE = 1,
	VIRTIO_CRYPTO_F_HASH_STATELESS_MODE = 2,
	VIRTIO_CRYPTO_F_MAC_STATELESS_MODE = 3,
	VIRTIO_CRYPTO_F_AEAD_STATELESS_MODE = 4,
	VIRTIO_CRYPTO_F_AKCIPHER_STATELESS_MODE = 5,
};

/* Services: bits of crypto_services, and the upper byte of opcodes (5.9.4). */
enum virtio_crypto_service {
	VIRTIO_CRYPTO_SERVICE_CIPHER = 0,
	VIRTIO_CRYPTO_SERVICE_HASH = 1,
	VIRTIO_CRYPTO_SERVICE_MAC = 2,
	VIRTIO_CRYPTO_SERVICE_AEAD = 3,
	VIRTIO_CRYPTO_SERVICE_AKCIPHER = 4,
	VIRTIO_CRYPTO_SERVICE_IPSEC = 5,
};

/* Algorithms that tests know, numbers and bits of the masks (5.9.4.1 to 5.9.4.5). */
enum {
	VIRTIO_CRYPTO_CIPHER_AES_ECB = 2,
	VIRTIO_CRYPTO_CIPHER_AES_CBC = 3,
	VIRTIO_CRYPTO_CIPHER_AES_CTR = 4,
	VIRTIO_CRYPTO_CIPHER_AES_XTS = 13,
	VIRTIO_CRYPTO_CIPHER_ZUC_EEA3 = 14, /* the last */

	VIRTIO_CRYPTO_HASH_MD5 = 1,
	VIRTIO_CRYPTO_HASH_SHA1 = 2,
	VIRTIO_CRYPTO_HASH_SHA_224 = 3,
	VIRTIO_CRYPTO_HASH_SHA_256 = 4,
	VIRTIO_CRYPTO_HASH_SHA_384 = 5,
	VIRTIO_CRYPTO_HASH_SHA_512 = 6,

	VIRTIO_CRYPTO_MAC_HMAC_MD5 = 1,
	VIRTIO_CRYPTO_MAC_HMAC_SHA1 = 2,
	VIRTIO_CRYPTO_MAC_HMAC_SHA_224 = 3,
	VIRTIO_CRYPTO_MAC_HMAC_SHA_256 = 4,
	VIRTIO_CRYPTO_MAC_HMAC_SHA_384 = 5,
	VIRTIO_CRYPTO_MAC_HMAC_SHA_512 = 6,

	VIRTIO_CRYPTO_AEAD_GCM = 1,

	VIRTIO_CRYPTO_AKCIPHER_RSA = 1,
};

#define VIRTIO_CRYPTO_S_HW_READY BIT(0)

/* The device-specific configuration (5.9.5). */
struct virtio_crypto_config {
	le32 status;
	le32 max_dataqueues;
	le32 crypto_services;
	le32 cipher_algo_l;
	le32 cipher_algo_h;
	le32 hash_algo;
	le32 mac_algo_l;
	le32 mac_algo_h;
	le32 aead_algo;
	le32 max_cipher_key_len;
	le32 max_auth_key_len;
	le32 akcipher_algo;
	le64 max_size;
};
static_assert(offsetof(struct virtio_crypto_config, max_size) == 48, "5.9.5");
static_assert(sizeof(struct virtio_crypto_config) == 56, "5.9.5");

/* How an operation ended (5.9.9.1). */
enum virtio_crypto_status {
	VIRTIO_CRYPTO_OK = 0,
	VIRTIO_CRYPTO_ERR = 1,
	VIRTIO_CRYPTO_BADMSG = 2,
	VIRTIO_CRYPTO_NOTSUPP = 3,
	VIRTIO_CRYPTO_INVSESS = 4,
	VIRTIO_CRYPTO_NOSPC = 5,
	VIRTIO_CRYPTO_KEY_REJECTED = 6,
	VIRTIO_CRYPTO_IPSEC_SA_SOFT_EXPIRY = 7,
};

/* The opcode of an operation of a service. */
#define VIRTIO_CRYPTO_OPCODE(service, operation) ((uint32_t)(service) << 8 | (operation))

/* Operations of opcodes: of the control queue, where AKCIPHER has others, and of data queues. */
enum {
	CRYPTO_CREATE_SESSION = 2,
	CRYPTO_DESTROY_SESSION = 3,
	CRYPTO_AKCIPHER_CREATE_SESSION = 4,
	CRYPTO_AKCIPHER_DESTROY_SESSION = 5,

	CRYPTO_ENCRYPT = 0, /* and HASH and MAC, which have no other */
	CRYPTO_DECRYPT = 1,
	CRYPTO_SIGN = 2,
	CRYPTO_VERIFY = 3,
};

#define VIRTIO_CRYPTO_CTRLQ_OP_SPEC_HDR_LEGACY 56u
#define VIRTIO_CRYPTO_DATAQ_OP_SPEC_HDR_LEGACY 48u

/* A request on the control queue (5.9.9.2); the key follows. */
struct virtio_crypto_op_ctrl_req {
	struct virtio_crypto_ctrl_header {
		le32 opcode;
		le32 algo;
		le32 flag;
		le32 reserved;
	} header;
	uint8_t op_flf[VIRTIO_CRYPTO_CTRLQ_OP_SPEC_HDR_LEGACY];
};
static_assert(sizeof(struct virtio_crypto_op_ctrl_req) == 72, "5.9.9.2");

/* What comes of creating a session; of destroying one, a byte of status. */
struct virtio_crypto_create_session_input {
	le64 session_id;
	le32 status;
	le32 padding;
};
static_assert(sizeof(struct virtio_crypto_create_session_input) == 16, "5.9.9.2.1");

/* Directions. */
enum { VIRTIO_CRYPTO_OP_ENCRYPT = 1, VIRTIO_CRYPTO_OP_DECRYPT = 2 };
/* What a symmetric operation is. */
enum {
	VIRTIO_CRYPTO_SYM_OP_NONE = 0,
	VIRTIO_CRYPTO_SYM_OP_CIPHER = 1,
	VIRTIO_CRYPTO_SYM_OP_ALGORITHM_CHAINING = 2,
	CRYPTO_SYM_OP_UNDEFINED = 0x60, /* nothing defines it */
};

/* struct virtio_crypto_sym_create_session_flf with that of a cipher in it. */
struct virtio_crypto_cipher_session_flf {
	le32 algo;
	le32 key_len;
	le32 op;
	le32 padding;
	uint8_t unused[32];
	le32 op_type;
	le32 padding_behind;
};
static_assert(sizeof(struct virtio_crypto_cipher_session_flf) == 56, "5.9.9.2.1.3");

/* Of HASH and MAC sessions; a HASH ends behind hash_result_len. */
struct virtio_crypto_mac_create_session_flf {
	le32 algo;
	le32 hash_result_len;
	le32 auth_key_len;
	le32 padding;
};
static_assert(sizeof(struct virtio_crypto_mac_create_session_flf) == 16, "5.9.9.2.1.2");

/* Of AEAD sessions. */
struct virtio_crypto_aead_create_session_flf {
	le32 algo;
	le32 key_len;
	le32 tag_len;
	le32 aad_len;
	le32 op;
	le32 padding;
};
static_assert(sizeof(struct virtio_crypto_aead_create_session_flf) == 24, "5.9.9.2.1.4");

/* Kinds of asymmetric keys. */
enum { VIRTIO_CRYPTO_AKCIPHER_KEY_TYPE_PUBLIC = 1, VIRTIO_CRYPTO_AKCIPHER_KEY_TYPE_PRIVATE = 2 };
/* How RSA pads. */
enum { VIRTIO_CRYPTO_RSA_RAW_PADDING = 0, VIRTIO_CRYPTO_RSA_PKCS1_PADDING = 1 };

#define VIRTIO_CRYPTO_RSA_SHA256 6

/* Of RSA sessions. */
struct virtio_crypto_rsa_session_flf {
	le32 algo;
	le32 key_type;
	le32 key_len;
	le32 padding_algo;
	le32 hash_algo;
};
static_assert(sizeof(struct virtio_crypto_rsa_session_flf) == 20, "5.9.9.2.1.5");

#define VIRTIO_CRYPTO_FLAG_SESSION_MODE 1u

/* A request on a data queue (5.9.9.3); what is read, then what is written, then a byte of status follows. */
struct virtio_crypto_op_data_req {
	struct virtio_crypto_op_header {
		le32 opcode;
		le32 algo;
		le64 session_id;
		le32 flag;
		le32 padding;
	} header;
	uint8_t op_flf[VIRTIO_CRYPTO_DATAQ_OP_SPEC_HDR_LEGACY];
};
static_assert(sizeof(struct virtio_crypto_op_data_req) == 72, "5.9.9.3");

/* struct virtio_crypto_sym_data_flf with that of a cipher in it. */
struct virtio_crypto_cipher_data_flf {
	le32 iv_len;
	le32 src_data_len;
	le32 dst_data_len;
	le32 padding;
	uint8_t unused[24];
	le32 op_type;
	le32 padding_behind;
};
static_assert(sizeof(struct virtio_crypto_cipher_data_flf) == 48, "5.9.9.6");

/* HASH and MAC operations. */
struct virtio_crypto_hash_data_flf {
	le32 src_data_len;
	le32 hash_result_len;
};
static_assert(sizeof(struct virtio_crypto_hash_data_flf) == 8, "5.9.9.4");

/* AEAD operations. */
struct virtio_crypto_aead_data_flf {
	le32 iv_len;
	le32 aad_len;
	le32 src_data_len;
	le32 dst_data_len;
	le32 tag_len;
	le32 reserved;
};
static_assert(sizeof(struct virtio_crypto_aead_data_flf) == 24, "5.9.9.7");

/* AKCIPHER operations. */
struct virtio_crypto_akcipher_data_flf {
	le32 src_data_len;
	le32 dst_data_len;
};
static_assert(sizeof(struct virtio_crypto_akcipher_data_flf) == 8, "5.9.9.8");

/* NIST SP 800-38A, F.2.1: CBC-AES128, its key, its first two blocks and what they become. */
#define CRYPTO_BLOCK 16u
extern const uint8_t crypto_sp800_38a_key[CRYPTO_BLOCK];
extern const uint8_t crypto_sp800_38a_iv[CRYPTO_BLOCK]; /* the bytes 0 … 15 */
/* The first blocks, and what two of them become. */
extern const uint8_t crypto_sp800_38a_plain[4 * CRYPTO_BLOCK];
/* See above. */
extern const uint8_t crypto_sp800_38a_cbc[2 * CRYPTO_BLOCK];

#endif
