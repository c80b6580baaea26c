/* SPDX-License-Identifier: BSD-2-Clause */
/* Crypto devices that break one rule. */
#include "selfcheck/image/disguise/crypto_extras.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/config.h"
#include "virtio/device/crypto.h"
#include "virtio/transport/pci/registers.h"

#define CONFIG(field)   offsetof(struct virtio_crypto_config, field)

#define CRYPTO_SABOTEUR .type = VIRTIO_TYPE_CRYPTO, .tests = "crypto.*"

static uint64_t misconfigure(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	switch (access->offset) {
	case CONFIG(status):
		return value | BIT(2);
	case CONFIG(crypto_services):
		return value | BIT(9);
	case CONFIG(hash_algo):
		return value | BIT(20);
	case CONFIG(max_cipher_key_len):
	case CONFIG(max_auth_key_len):
	case CONFIG(max_size):
	case CONFIG(max_size) + 4:
		return 0;
	default:
		return value;
	}
}
SABOTEUR(
	crypto_is_misconfigured,
	.about =
		"status, services and algorithms have undefined bits, and what is limited has limit 0",
	BREAKS(CLAUSE_CRYPTO_CFG_2, CLAUSE_CRYPTO_CFG_3, CLAUSE_CRYPTO_CFG_5, CLAUSE_CRYPTO_CFG_7,
	       CLAUSE_CRYPTO_CFG_8, CLAUSE_CRYPTO_CFG_9, CLAUSE_CRYPTO_CFG_10),
	.type = VIRTIO_TYPE_CRYPTO, .tests = "crypto.status*,crypto.masks*",
	.onlooker.read = misconfigure);

static uint64_t count_queues(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(max_dataqueues)
		       ? 70000
		       : value;
}
SABOTEUR(crypto_counts_queues_wrong, .about = "max_dataqueues is 70000",
	 BREAKS(CLAUSE_CRYPTO_CFG_1), .type = VIRTIO_TYPE_CRYPTO, .tests = "crypto.has*",
	 .onlooker.read = count_queues);

/* What an answer is about. */
enum kind { NO_ANSWER, CREATED, DESTROYED, OPERATED };

/* The request behind a used element, and what it is; *status is where its status begins. */
static enum kind kind_of(struct virtqueue *queue, const struct used_element *element,
			 struct request **request, uint8_t **status)
{
	struct request *found = used_request(queue, element);

	if (!found || !found->in_length)
		return NO_ANSWER;
	*request = found;
	*status = found->in + found->in_length - 1;
	if (queue->index != config_read(queue->device, struct virtio_crypto_config, max_dataqueues))
		return OPERATED;
	if (found->in_length == 1)
		return DESTROYED;
	*status = found->in + offsetof(struct virtio_crypto_create_session_input, status);
	return CREATED;
}

/* All answers of a kind with one status get another: 0xff for what is any but OK. */
static void change(struct virtqueue *queue, const struct used_element *element, enum kind kind,
		   uint8_t from, uint8_t to)
{
	struct request *request;
	uint8_t *status;

	if (kind_of(queue, element, &request, &status) == kind &&
	    (from == 0xff ? *status != VIRTIO_CRYPTO_OK : *status == from))
		*status = to;
}

/* A saboteur that does that. */
#define CHANGES(name, about_, breaks, kind, from, to)                                              \
	static void name##_change(struct virtqueue *queue, struct used_element *element)           \
	{                                                                                          \
		change(queue, element, kind, from, to);                                            \
	}                                                                                          \
	SABOTEUR(name, .about = about_, breaks, CRYPTO_SABOTEUR, .used_element = name##_change)

CHANGES(crypto_makes_no_sense, "sessions end with status 0x99", BREAKS(CLAUSE_CRYPTO_PROSE_1),
	CREATED, VIRTIO_CRYPTO_OK, 0x99);
CHANGES(crypto_works_to_no_sense, "operations end with status 0x99", BREAKS(CLAUSE_CRYPTO_PROSE_2),
	OPERATED, VIRTIO_CRYPTO_OK, 0x99);
CHANGES(crypto_mistakes_sessions, "sessions that are refused were no sessions",
	BREAKS(CLAUSE_CRYPTO_SESS_CREATE_3, CLAUSE_CRYPTO_SESS_CREATE_6), CREATED, 0xff,
	VIRTIO_CRYPTO_INVSESS);
CHANGES(crypto_has_no_space, "sessions that fail had no space, without REVISION_1",
	BREAKS(CLAUSE_CRYPTO_SESS_CREATE_8, CLAUSE_CRYPTO_SESS_CREATE_9), CREATED,
	VIRTIO_CRYPTO_ERR, VIRTIO_CRYPTO_NOSPC);
CHANGES(crypto_makes_none, "no session is made",
	BREAKS(CLAUSE_CRYPTO_SESS_CREATE_4, CLAUSE_CRYPTO_CFG_4), CREATED, VIRTIO_CRYPTO_OK,
	VIRTIO_CRYPTO_ERR);
CHANGES(crypto_makes_all, "every session is made",
	BREAKS(CLAUSE_CRYPTO_SESS_CREATE_6, CLAUSE_CRYPTO_SESS_CREATE_9), CREATED, 0xff,
	VIRTIO_CRYPTO_OK);
CHANGES(crypto_destroys_to_no_sense, "sessions that are destroyed end with status 4",
	BREAKS(CLAUSE_CRYPTO_SESS_DESTROY_1), DESTROYED, VIRTIO_CRYPTO_OK, VIRTIO_CRYPTO_INVSESS);
CHANGES(crypto_destroys_none, "no session is destroyed", BREAKS(CLAUSE_CRYPTO_SESS_DESTROY_2),
	DESTROYED, VIRTIO_CRYPTO_OK, VIRTIO_CRYPTO_ERR);
CHANGES(crypto_destroys_all, "sessions that are not there are destroyed",
	BREAKS(CLAUSE_CRYPTO_SESS_DESTROY_3), DESTROYED, VIRTIO_CRYPTO_ERR, VIRTIO_CRYPTO_OK);
CHANGES(crypto_fails, "operations that are done fail",
	BREAKS(CLAUSE_CRYPTO_SYM_12, CLAUSE_CRYPTO_AKC_4, CLAUSE_CRYPTO_SESS_CREATE_4), OPERATED,
	VIRTIO_CRYPTO_OK, VIRTIO_CRYPTO_ERR);
CHANGES(crypto_succeeds, "operations that fail are done",
	BREAKS(CLAUSE_CRYPTO_SYM_14, CLAUSE_CRYPTO_SYM_15, CLAUSE_CRYPTO_SYM_16,
	       CLAUSE_CRYPTO_AKC_7, CLAUSE_CRYPTO_AKC_8, CLAUSE_CRYPTO_AKC_9, CLAUSE_CRYPTO_AKC_10),
	OPERATED, 0xff, VIRTIO_CRYPTO_OK);
CHANGES(crypto_fails_for_space, "operations that fail had no space",
	BREAKS(CLAUSE_CRYPTO_SYM_11, CLAUSE_CRYPTO_SYM_16, CLAUSE_CRYPTO_AKC_3), OPERATED, 0xff,
	VIRTIO_CRYPTO_NOSPC);

static void spoil(struct virtqueue *queue, struct used_element *element)
{
	struct request *request;
	uint8_t *status;

	if (kind_of(queue, element, &request, &status) == OPERATED && request->in_length > 1)
		request->in[request->in_length - 2] ^= 1;
}
SABOTEUR(crypto_errs, .about = "the last byte of each result is wrong",
	 BREAKS(CLAUSE_CRYPTO_SYM_2, CLAUSE_CRYPTO_SYM_3, CLAUSE_CRYPTO_SYM_4, CLAUSE_CRYPTO_SYM_7,
		CLAUSE_CRYPTO_SESS_CREATE_1, CLAUSE_CRYPTO_SESS_CREATE_2, CLAUSE_CRYPTO_AKC_2),
	 CRYPTO_SABOTEUR, .used_element = spoil);

static void cut_short(struct virtqueue *queue, struct used_element *element)
{
	struct request *request;
	uint8_t *status;

	if (kind_of(queue, element, &request, &status) == OPERATED &&
	    from_le32(((struct virtio_crypto_op_data_req *)request->out)->header.opcode) ==
		    VIRTIO_CRYPTO_OPCODE(VIRTIO_CRYPTO_SERVICE_AKCIPHER, CRYPTO_ENCRYPT))
		element->length--;
}
SABOTEUR(crypto_cuts_short, .about = "of what RSA has encrypted the last byte is missing",
	 BREAKS(CLAUSE_CRYPTO_AKC_2), .type = VIRTIO_TYPE_CRYPTO, .tests = "crypto.rsa_decrypts*",
	 .used_element = cut_short);

static void number_always(struct virtqueue *queue, struct used_element *element)
{
	struct request *request;
	uint8_t *status;

	if (kind_of(queue, element, &request, &status) != CREATED)
		return;
	if (*status != VIRTIO_CRYPTO_OK)
		((struct virtio_crypto_create_session_input *)request->in)->session_id =
			to_le64(77);
	else
		((struct virtio_crypto_create_session_input *)request->in)->session_id = to_le64(1);
}
SABOTEUR(crypto_numbers_always, .about = "all sessions have id 1, and those that are refused 77",
	 BREAKS(CLAUSE_CRYPTO_SESS_CREATE_10, CLAUSE_CRYPTO_SESS_CREATE_11), CRYPTO_SABOTEUR,
	 .used_element = number_always);

/* A device with ciphers alone, by its configuration. */
static uint64_t offer_ciphers(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(crypto_services)
		       ? 1
		       : value;
}

static void serve_all(struct virtqueue *queue, struct used_element *element)
{
	change(queue, element, OPERATED, 0xff, VIRTIO_CRYPTO_OK);
}
SABOTEUR(crypto_serves_all, .about = "services that are not offered are served",
	 BREAKS(CLAUSE_CRYPTO_HASH_7, CLAUSE_CRYPTO_MAC_6, CLAUSE_CRYPTO_AEAD_8,
		CLAUSE_CRYPTO_AKC_6, CLAUSE_CRYPTO_IPSEC_25),
	 .type = VIRTIO_TYPE_CRYPTO, .tests = "crypto.absent*", .onlooker.read = offer_ciphers,
	 .used_element = serve_all);

static void lack_space(struct virtqueue *queue, struct used_element *element)
{
	change(queue, element, OPERATED, 0xff, VIRTIO_CRYPTO_NOSPC);
}
SABOTEUR(crypto_lacks_space, .about = "services that are not offered have no space",
	 BREAKS(CLAUSE_CRYPTO_HASH_4, CLAUSE_CRYPTO_MAC_3, CLAUSE_CRYPTO_AEAD_4,
		CLAUSE_CRYPTO_AKC_3, CLAUSE_CRYPTO_IPSEC_22),
	 .type = VIRTIO_TYPE_CRYPTO, .tests = "crypto.absent*", .onlooker.read = offer_ciphers,
	 .used_element = lack_space);

static struct features offered;

static void offer_revision_1(struct virtio_device *device)
{
	offered = device->offered;
	features_add(&device->offered, VIRTIO_CRYPTO_F_REVISION_1);
}

static void offer_less(struct virtio_device *device)
{
	device->offered = offered;
}
SABOTEUR(crypto_is_of_no_revision, .about = "REVISION_1 is offered, and nothing is different",
	 BREAKS(CLAUSE_CRYPTO_SESS_CREATE_7, CLAUSE_CRYPTO_PROSE_5), CRYPTO_SABOTEUR,
	 .start = offer_revision_1, .stop = offer_less, .onlooker.publish = crypto_revised_publish);
