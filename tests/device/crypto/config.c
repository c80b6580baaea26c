/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration of a crypto device, and whether it does what that says (virtio 1.4, 5.9.5). */
#include "tests/device/crypto/command.h"
#include "tests/harness/subject/subject.h"

/* The services that there are, and the algorithms that are defined of each. */
#define SERVICES_DEFINED 0x3fu
#define CIPHERS_DEFINED  0x7fffu
#define HASHES_DEFINED   0x1fffu
#define MACS_L_DEFINED   0x1e00007fu
#define MACS_H_DEFINED   0x660600u
#define AEADS_DEFINED    0xfu
#define AKCIPHER_DEFINED 0x7u

/* What nothing defines yet a later version may: only the user knows which one a device is written to. */
static void judge_status(struct test_run *t, const char *when)
{
	uint64_t status = CRYPTO_CONFIG(t, status);

	CAN_JUDGE(t, *options.version || status <= VIRTIO_CRYPTO_S_HW_READY,
		  "%s status is %#lx; a later version may define that: vp.version=1.4 judges it",
		  when, status);
	CHECK(t, CRYPTO_CFG_2, status <= VIRTIO_CRYPTO_S_HW_READY, "%s status is %#lx", when,
	      status);
	CHECK(t, CRYPTO_CFG_3, !(status & ~(uint64_t)VIRTIO_CRYPTO_S_HW_READY), "%s status is %#lx",
	      when, status);
}

TEST(crypto, status_has_defined_flags,
     .about = "status is HW_READY or 0 after a reset, with features and with DRIVER_OK",
     .type = VIRTIO_TYPE_CRYPTO, .needs = NEEDS_CONFIG,
     .judges = CLAUSES(CRYPTO_CFG_2, CRYPTO_CFG_3))
{
	judge_status(t, "after a reset");
	bring_up_queues(t, ALL_QUEUES);
	judge_status(t, "with DRIVER_OK");
}

TEST(crypto, has_as_many_queues_as_it_says,
     .about = "max_dataqueues is 1 to 65535, and the control queue is behind so many",
     .type = VIRTIO_TYPE_CRYPTO, .needs = NEEDS_CONFIG, .judges = CLAUSES(CRYPTO_CFG_1))
{
	uint64_t queues = CRYPTO_CONFIG(t, max_dataqueues);

	INSIST(t, CRYPTO_CFG_1, queues >= 1 && queues <= 65535, "max_dataqueues is %lu", queues);
	t->device->transport->select_queue(t->device, (unsigned)queues);
	CHECK(t, CRYPTO_CFG_1, t->device->transport->queue_size(t->device) != 0,
	      "max_dataqueues is %lu, and queue %lu has no size", queues, queues);
}

TEST(crypto, masks_and_lengths_fit_the_services,
     .about = "each service has algorithms, none is undefined, and what is limited has a limit",
     .type = VIRTIO_TYPE_CRYPTO, .needs = NEEDS_CONFIG,
     .judges = CLAUSES(CRYPTO_CFG_5, CRYPTO_CFG_6, CRYPTO_CFG_7, CRYPTO_CFG_8, CRYPTO_CFG_9,
		       CRYPTO_CFG_10))
{
	const uint64_t services = CRYPTO_CONFIG(t, crypto_services);
	const struct {
		const char *name;
		uint64_t mask, defined;
	} masks[] = {
		{"CIPHER", CRYPTO_CONFIG(t, cipher_algo_l) | CRYPTO_CONFIG(t, cipher_algo_h) << 32,
		 CIPHERS_DEFINED},
		{"HASH", CRYPTO_CONFIG(t, hash_algo), HASHES_DEFINED},
		{"MAC", CRYPTO_CONFIG(t, mac_algo_l) | CRYPTO_CONFIG(t, mac_algo_h) << 32,
		 MACS_L_DEFINED | (uint64_t)MACS_H_DEFINED << 32},
		{"AEAD", CRYPTO_CONFIG(t, aead_algo), AEADS_DEFINED},
		{"AKCIPHER", CRYPTO_CONFIG(t, akcipher_algo), AKCIPHER_DEFINED},
	};

	if (*options.version || !(services & ~(uint64_t)SERVICES_DEFINED))
		CHECK(t, CRYPTO_CFG_5, !(services & ~(uint64_t)SERVICES_DEFINED),
		      "crypto_services is %#lx", services);
	for (unsigned n = 0; n < ARRAY_LENGTH(masks); n++) {
		CHECK(t, CRYPTO_CFG_6, !(services >> n & 1) || masks[n].mask,
		      "service %s is offered, and none of its algorithms", masks[n].name);
		if (*options.version || !(masks[n].mask & ~masks[n].defined))
			CHECK(t, CRYPTO_CFG_7, !(masks[n].mask & ~masks[n].defined),
			      "the algorithms of %s are %#lx", masks[n].name, masks[n].mask);
	}
	CHECK(t, CRYPTO_CFG_8, CRYPTO_CONFIG(t, max_size) != 0, "max_size is 0");
	if (services >> VIRTIO_CRYPTO_SERVICE_CIPHER & 1)
		CHECK(t, CRYPTO_CFG_9, CRYPTO_CONFIG(t, max_cipher_key_len) != 0,
		      "max_cipher_key_len is 0, with service CIPHER");
	if (services >> VIRTIO_CRYPTO_SERVICE_MAC & 1)
		CHECK(t, CRYPTO_CFG_10, CRYPTO_CONFIG(t, max_auth_key_len) != 0,
		      "max_auth_key_len is 0, with service MAC");
}

/*
 * Sessions of algorithms of a service that the device has and this knows, until one is made, for no device has to take every
 * key: the last status; false: it knows none of them.
 */
static bool try_service(struct crypto *crypto, enum virtio_crypto_service service, uint32_t *status)
{
	struct test_run *t = crypto->t;
	const struct crypto_digest_vector *digest =
		service == VIRTIO_CRYPTO_SERVICE_HASH ? crypto_hash_vectors : crypto_mac_vectors;
	uint64_t hashes = service == VIRTIO_CRYPTO_SERVICE_HASH ? CRYPTO_CONFIG(t, hash_algo)
								: CRYPTO_CONFIG(t, mac_algo_l);
	bool asked = false;

	*status = VIRTIO_CRYPTO_ERR;
	switch (service) {
	case VIRTIO_CRYPTO_SERVICE_CIPHER:
		for (const struct crypto_cipher_vector *cipher = crypto_cipher_vectors;
		     cipher->name && *status != VIRTIO_CRYPTO_OK; cipher++) {
			if (!(CRYPTO_CONFIG(t, cipher_algo_l) >> cipher->algorithm & 1) ||
			    cipher->key_length > CRYPTO_CONFIG(t, max_cipher_key_len))
				continue;
			asked = true;
			*status = crypto_create_cipher(
				crypto, cipher->algorithm, VIRTIO_CRYPTO_OP_ENCRYPT,
				(struct piece){cipher->key, cipher->key_length});
		}
		return asked;
	case VIRTIO_CRYPTO_SERVICE_HASH:
	case VIRTIO_CRYPTO_SERVICE_MAC:
		for (; digest->name && *status != VIRTIO_CRYPTO_OK; digest++) {
			if (!(hashes >> digest->algorithm & 1))
				continue;
			asked = true;
			*status = crypto_create_digest(crypto, service, digest);
		}
		return asked;
	case VIRTIO_CRYPTO_SERVICE_AEAD:
		if (!(CRYPTO_CONFIG(t, aead_algo) & BIT(VIRTIO_CRYPTO_AEAD_GCM)))
			return false;
		*status = crypto_create_gcm(crypto, VIRTIO_CRYPTO_OP_ENCRYPT);
		return true;
	default:
		if (!(CRYPTO_CONFIG(t, akcipher_algo) & BIT(VIRTIO_CRYPTO_AKCIPHER_RSA)))
			return false;
		*status = crypto_create_rsa(crypto, VIRTIO_CRYPTO_AKCIPHER_KEY_TYPE_PUBLIC,
					    VIRTIO_CRYPTO_RSA_PKCS1_PADDING);
		return true;
	}
}

TEST(crypto, services_are_served,
     .about = "a session is made for each service that is offered, and for none that is not",
     .type = VIRTIO_TYPE_CRYPTO, .needs = NEEDS_CONFIG,
     .judges = CLAUSES(SANE_1, CRYPTO_CFG_4, CRYPTO_CFG_5, CRYPTO_PROSE_1, CRYPTO_SESS_CREATE_3,
		       CRYPTO_SESS_CREATE_6))
{
	static const char *const names[] = {"CIPHER", "HASH", "MAC", "AEAD", "AKCIPHER"};
	struct crypto crypto;
	uint32_t status;
	bool any = false, asked = false;

	crypto_up(t, &crypto);
	for (unsigned n = 0; n < ARRAY_LENGTH(names); n++) {
		if (!crypto_serves(&crypto, n)) {
			const le32 none[14] = {to_le32(1)};

			status = crypto_create(&crypto, n, none, sizeof(none),
					       (struct piece){crypto_gcm_key, 0});
			CHECK(t, CRYPTO_CFG_5, status != VIRTIO_CRYPTO_OK,
			      "a session of service %s is made, which is not offered", names[n]);
			CHECK(t, CRYPTO_SESS_CREATE_6, status == VIRTIO_CRYPTO_NOTSUPP,
			      "a session of service %s, which is not offered, ends with status %u",
			      names[n], status);
		} else if (try_service(&crypto, n, &status)) {
			asked = true;
			any = any || status == VIRTIO_CRYPTO_OK;
			CHECK(t, CRYPTO_CFG_5, status == VIRTIO_CRYPTO_OK,
			      "service %s is offered, and a session of it ends with status %u",
			      names[n], status);
		}
	}
	if (asked)
		CHECK(t, CRYPTO_CFG_4, any,
		      "HW_READY is set, and no session of any service is made");
	crypto_down(&crypto);
}
