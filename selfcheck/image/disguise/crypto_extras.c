/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/crypto_extras.h"

#include "virtio/config.h"

#define CONFIG(field) offsetof(struct virtio_crypto_config, field)

#define SESSIONS      32u
#define FIRST_ID      0x5000u
#define DIGESTS       0x7eu /* MD5 to SHA-512 */

static struct session {
	enum virtio_crypto_service service;
	uint32_t algorithm;
	bool live;
} sessions[SESSIONS];

void crypto_extras_start(struct virtio_device *device)
{
	memset(sessions, 0, sizeof(sessions));
}

uint64_t crypto_extras_read(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	switch (access->offset) {
	case CONFIG(crypto_services):
		return value | 0xf;
	case CONFIG(hash_algo):
	case CONFIG(mac_algo_l):
		return DIGESTS;
	case CONFIG(aead_algo):
		return BIT(VIRTIO_CRYPTO_AEAD_GCM);
	default:
		return value;
	}
}

void crypto_revised_publish(struct onlooker *self, struct virtqueue *queue)
{
	struct virtq_desc *first = last_available(queue);

	/* Nothing else is so short, and behind it there are zeroes. */
	if (from_le32(first->len) == sizeof(struct virtio_crypto_ctrl_header) + sizeof(le64))
		first->len = to_le32(sizeof(struct virtio_crypto_op_ctrl_req));
}

/* Whether a session to be made is one of these services. */
static bool makes(const struct virtio_crypto_op_ctrl_req *command, uint32_t service)
{
	const struct virtio_crypto_rsa_session_flf *rsa =
		(const struct virtio_crypto_rsa_session_flf *)command->op_flf;

	if (service == VIRTIO_CRYPTO_SERVICE_AKCIPHER)
		return from_le32(rsa->padding_algo) == VIRTIO_CRYPTO_RSA_RAW_PADDING &&
		       from_le32(rsa->algo) == VIRTIO_CRYPTO_AKCIPHER_RSA;
	return service >= VIRTIO_CRYPTO_SERVICE_HASH && service <= VIRTIO_CRYPTO_SERVICE_AEAD &&
	       from_le32(command->header.algo) < 8;
}

static void serve_session(const struct request *request)
{
	const struct virtio_crypto_op_ctrl_req *command =
		(const struct virtio_crypto_op_ctrl_req *)request->out;
	struct virtio_crypto_create_session_input *answer =
		(struct virtio_crypto_create_session_input *)request->in;
	uint32_t service = from_le32(command->header.opcode) >> 8;
	uint64_t id;
	unsigned n = 0;

	if (request->in_length == 1) {
		memcpy(&id, command->op_flf, sizeof(id));
		if (id - FIRST_ID < SESSIONS && sessions[id - FIRST_ID].live) {
			sessions[id - FIRST_ID].live = false;
			request->in[0] = VIRTIO_CRYPTO_OK;
		}
		return;
	}
	if (!makes(command, service))
		return;
	while (n < SESSIONS - 1 && sessions[n].live)
		n++;
	sessions[n] = (struct session){service, from_le32(command->header.algo), true};
	answer->session_id = to_le64(FIRST_ID + n);
	answer->status = to_le32(VIRTIO_CRYPTO_OK);
}

static uint8_t digest(const struct session *session, const uint8_t *source, uint32_t length,
		      struct request *request)
{
	const bool hash = session->service == VIRTIO_CRYPTO_SERVICE_HASH;
	const struct crypto_digest_vector *vector = hash ? crypto_hash_vectors : crypto_mac_vectors;
	const char *known = hash ? CRYPTO_HASHED : CRYPTO_MACED;

	while (vector->name && vector->algorithm != session->algorithm)
		vector++;
	if (!vector->name || length != strlen(known) || memcmp(source, known, length) != 0 ||
	    request->in_length != vector->length + 1)
		return VIRTIO_CRYPTO_ERR;
	memcpy(request->in, vector->digest, vector->length);
	return VIRTIO_CRYPTO_OK;
}

static uint8_t seal(uint32_t operation, const struct virtio_crypto_aead_data_flf *lengths,
		    const uint8_t *source, struct request *request)
{
	const uint32_t plain = sizeof(crypto_gcm_plain), sealed = sizeof(crypto_gcm_sealed);

	if (from_le32(lengths->iv_len) != sizeof(crypto_gcm_iv) || request->in_length != sealed + 1)
		return VIRTIO_CRYPTO_ERR;
	source += sizeof(crypto_gcm_iv);
	if (operation == CRYPTO_ENCRYPT) {
		if (memcmp(source, crypto_gcm_plain, plain) != 0)
			return VIRTIO_CRYPTO_ERR;
		memcpy(request->in, crypto_gcm_sealed, sealed);
		return VIRTIO_CRYPTO_OK;
	}
	if (memcmp(source, crypto_gcm_sealed, sealed) != 0)
		return VIRTIO_CRYPTO_BADMSG;
	memcpy(request->in, crypto_gcm_plain, plain);
	return VIRTIO_CRYPTO_OK;
}

static uint8_t raw_rsa(uint32_t operation, struct request *request)
{
	if (request->in_length != CRYPTO_RSA_BYTES + 1)
		return VIRTIO_CRYPTO_ERR;
	memset(request->in, 0, CRYPTO_RSA_BYTES);
	if (operation == CRYPTO_ENCRYPT)
		memcpy(request->in, crypto_rsa_raw, CRYPTO_RSA_BYTES);
	request->in[CRYPTO_RSA_BYTES - 2] |= operation == CRYPTO_DECRYPT ? 1 : 0;
	request->in[CRYPTO_RSA_BYTES - 1] |=
		operation == CRYPTO_DECRYPT ? (uint8_t)CRYPTO_RSA_RAW_NUMBER : 0;
	return VIRTIO_CRYPTO_OK;
}

struct request *crypto_extras_serve(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	const struct virtio_crypto_op_data_req *command;
	const struct session *session;
	const uint8_t *source;
	uint32_t service, operation, control;
	uint64_t place;
	uint8_t *status;

	control = (uint32_t)config_read(queue->device, struct virtio_crypto_config, max_dataqueues);
	if (!request || request->out_length < sizeof(*command))
		return NULL;
	if (queue->index == control) {
		serve_session(request);
		return NULL;
	}
	command = (const struct virtio_crypto_op_data_req *)request->out;
	service = from_le32(command->header.opcode) >> 8;
	operation = from_le32(command->header.opcode) & 0xff;
	place = from_le64(command->header.session_id) - FIRST_ID;
	status = request->in + request->in_length - 1;
	source = (const uint8_t *)(command + 1);
	session = place < SESSIONS && sessions[place].live ? &sessions[place] : NULL;
	if (session && session->service != service)
		session = NULL;
	if (!session &&
	    (service < VIRTIO_CRYPTO_SERVICE_HASH || service > VIRTIO_CRYPTO_SERVICE_AEAD))
		return NULL;
	element->length = request->in_length;
	if (!session)
		*status = VIRTIO_CRYPTO_INVSESS;
	else if (service == VIRTIO_CRYPTO_SERVICE_AEAD)
		*status =
			seal(operation, (const struct virtio_crypto_aead_data_flf *)command->op_flf,
			     source, request);
	else if (service == VIRTIO_CRYPTO_SERVICE_AKCIPHER)
		*status = raw_rsa(operation, request);
	else
		*status = digest(
			session, source,
			from_le32(((const struct virtio_crypto_hash_data_flf *)command->op_flf)
					  ->src_data_len),
			request);
	return request;
}
