/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/crypto/command.h"

#include "lib/string.h"

#define OUT_MOST 4096u
#define IN_MOST  1024u

/* The sessions of a device that were made and not destroyed: whoever leaves a test leaves them behind. */
static struct {
	const struct virtio_device *device;
	unsigned count;
	struct session {
		enum virtio_crypto_service service;
		uint64_t id;
	} sessions[CRYPTO_SESSIONS];
} live;

void crypto_up(struct test_run *t, struct crypto *crypto)
{
	crypto_up_with(t, 0, crypto);
}

void crypto_up_with(struct test_run *t, uint64_t features, struct crypto *crypto)
{
	struct features wanted = features_for(t);
	uint64_t place = CRYPTO_CONFIG(t, max_dataqueues);

	wanted.words[0] |= features & t->device->offered.words[0];
	set_up(t, wanted, ALL_QUEUES);
	go_live(t);
	CAN_JUDGE(t, place && place < VIRTIO_QUEUES_MOST && t->device->queues[place],
		  "the control queue, %lu, is not there", place);
	CAN_JUDGE(t, CRYPTO_CONFIG(t, status) & VIRTIO_CRYPTO_S_HW_READY,
		  "HW_READY is not set: nobody may send requests");
	*crypto = (struct crypto){
		.t = t,
		.out = test_memory(t, "crypto request", OUT_MOST, 16),
		.in = test_memory(t, "crypto result", IN_MOST, 16),
		.control = (unsigned)place,
	};
	if (live.device != t->device)
		live.count = 0;
	live.device = t->device;
	crypto_down(crypto);
}

bool crypto_serves(const struct crypto *crypto, enum virtio_crypto_service service)
{
	return CRYPTO_CONFIG(crypto->t, crypto_services) >> service & 1;
}

/* Sends what is in crypto->out and waits for it. */
static void exchange(struct crypto *crypto, unsigned index, uint32_t out, uint32_t in)
{
	struct test_run *t = crypto->t;
	struct request request = {.out = crypto->out,
				  .out_length = out,
				  .in = crypto->in,
				  .in_length = in,
				  .status = 1};
	struct virtqueue *queue = t->device->queues[index];
	struct segment segments[REQUEST_SEGMENTS_MOST];
	unsigned parts = MAXIMUM(crypto->parts, 1u), count;
	struct completion completion;

	memset(crypto->in, CRYPTO_PRESET, IN_MOST);
	request.status = crypto->parts && in > 1;
	count = request_cut(&request, parts, parts, segments);
	add_segments(t, queue, segments, count, crypto);
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	INSIST(t, SANE_1, await_announced(t, queue, &completion),
	       "a request with opcode %#x is not completed in time",
	       from_le32(*(le32 *)crypto->out));
	crypto->length = completion.length;
}

/* Puts pieces behind the fixed part of a request; returns its length. */
static uint32_t put(struct crypto *crypto, uint32_t fixed, const struct piece *pieces,
		    unsigned count)
{
	uint32_t length = fixed;

	for (unsigned n = 0; n < count; n++) {
		if (length + pieces[n].length > OUT_MOST)
			error_in_test(crypto->t, "a request has no room");
		memcpy(crypto->out + length, pieces[n].bytes, pieces[n].length);
		length += pieces[n].length;
	}
	return length;
}

static uint32_t control_opcode(enum virtio_crypto_service service, bool create)
{
	if (service == VIRTIO_CRYPTO_SERVICE_AKCIPHER)
		return VIRTIO_CRYPTO_OPCODE(service, create ? CRYPTO_AKCIPHER_CREATE_SESSION
							    : CRYPTO_AKCIPHER_DESTROY_SESSION);
	return VIRTIO_CRYPTO_OPCODE(service,
				    create ? CRYPTO_CREATE_SESSION : CRYPTO_DESTROY_SESSION);
}

uint32_t crypto_create(struct crypto *crypto, enum virtio_crypto_service service,
		       const void *parameters, uint32_t length, struct piece key)
{
	struct virtio_crypto_op_ctrl_req *command = (struct virtio_crypto_op_ctrl_req *)crypto->out;
	struct virtio_crypto_create_session_input *answer =
		(struct virtio_crypto_create_session_input *)crypto->in;
	uint32_t status;

	memset(command, 0, sizeof(*command));
	command->header.opcode = to_le32(control_opcode(service, true));
	memcpy(&command->header.algo, parameters, sizeof(command->header.algo));
	memcpy(command->op_flf, parameters, length);
	exchange(crypto, crypto->control, put(crypto, sizeof(*command), &key, 1), sizeof(*answer));
	status = from_le32(answer->status);
	crypto->session = from_le64(answer->session_id);
	INSIST(crypto->t, CRYPTO_PROSE_1, status <= VIRTIO_CRYPTO_IPSEC_SA_SOFT_EXPIRY,
	       "the status of a session that was to be created is %#x", status);
	CHECK(crypto->t, CRYPTO_SESS_CREATE_3,
	      status == VIRTIO_CRYPTO_OK || status == VIRTIO_CRYPTO_NOTSUPP ||
		      status == VIRTIO_CRYPTO_NOSPC || status == VIRTIO_CRYPTO_ERR,
	      "the status of a session that was to be created is %u", status);
	if (status == VIRTIO_CRYPTO_OK && live.count < CRYPTO_SESSIONS)
		live.sessions[live.count++] = (struct session){service, crypto->session};
	return status;
}

uint32_t crypto_create_cipher(struct crypto *crypto, uint32_t algorithm, uint32_t direction,
			      struct piece key)
{
	const struct virtio_crypto_cipher_session_flf parameters = {
		.algo = to_le32(algorithm),
		.key_len = to_le32(key.length),
		.op = to_le32(direction),
		.op_type = to_le32(VIRTIO_CRYPTO_SYM_OP_CIPHER),
	};

	return crypto_create(crypto, VIRTIO_CRYPTO_SERVICE_CIPHER, &parameters, sizeof(parameters),
			     key);
}

uint32_t crypto_create_digest(struct crypto *crypto, enum virtio_crypto_service service,
			      const struct crypto_digest_vector *vector)
{
	const bool keyed = service == VIRTIO_CRYPTO_SERVICE_MAC;
	const struct virtio_crypto_mac_create_session_flf parameters = {
		.algo = to_le32(vector->algorithm),
		.hash_result_len = to_le32(vector->length),
		.auth_key_len = to_le32(keyed ? sizeof(CRYPTO_MAC_KEY) - 1 : 0),
	};

	return crypto_create(crypto, service, &parameters, sizeof(parameters),
			     (struct piece){CRYPTO_MAC_KEY, from_le32(parameters.auth_key_len)});
}

uint32_t crypto_create_gcm(struct crypto *crypto, uint32_t direction)
{
	const struct virtio_crypto_aead_create_session_flf parameters = {
		.algo = to_le32(VIRTIO_CRYPTO_AEAD_GCM),
		.key_len = to_le32(sizeof(crypto_gcm_key)),
		.tag_len = to_le32(CRYPTO_GCM_TAG),
		.aad_len = to_le32(sizeof(crypto_gcm_aad)),
		.op = to_le32(direction),
	};

	return crypto_create(crypto, VIRTIO_CRYPTO_SERVICE_AEAD, &parameters, sizeof(parameters),
			     (struct piece){crypto_gcm_key, sizeof(crypto_gcm_key)});
}

uint32_t crypto_create_rsa(struct crypto *crypto, uint32_t key_type, uint32_t padding)
{
	struct piece key = key_type == VIRTIO_CRYPTO_AKCIPHER_KEY_TYPE_PUBLIC
				   ? (struct piece){crypto_rsa_public, sizeof(crypto_rsa_public)}
				   : (struct piece){crypto_rsa_private, sizeof(crypto_rsa_private)};
	const struct virtio_crypto_rsa_session_flf parameters = {
		.algo = to_le32(VIRTIO_CRYPTO_AKCIPHER_RSA),
		.key_type = to_le32(key_type),
		.key_len = to_le32(key.length),
		.padding_algo = to_le32(padding),
		.hash_algo = to_le32(VIRTIO_CRYPTO_RSA_SHA256),
	};

	return crypto_create(crypto, VIRTIO_CRYPTO_SERVICE_AKCIPHER, &parameters,
			     sizeof(parameters), key);
}

uint8_t crypto_destroy(struct crypto *crypto, enum virtio_crypto_service service, uint64_t session)
{
	struct virtio_crypto_op_ctrl_req *command = (struct virtio_crypto_op_ctrl_req *)crypto->out;
	le64 id = to_le64(session);
	uint32_t length = sizeof(*command);

	/* Revision 1 does not pad; all else that is sent with it is as long as without (5.9.9.2). */
	if (features_have(&crypto->t->device->negotiated, VIRTIO_CRYPTO_F_REVISION_1))
		length = sizeof(command->header) + sizeof(id);

	memset(command, 0, sizeof(*command));
	command->header.opcode = to_le32(control_opcode(service, false));
	memcpy(command->op_flf, &id, sizeof(id));
	exchange(crypto, crypto->control, length, 1);
	for (unsigned n = 0; n < live.count; n++) {
		if (live.sessions[n].id == session)
			live.sessions[n] = live.sessions[--live.count];
	}
	return crypto->in[0];
}

void crypto_down(struct crypto *crypto)
{
	while (live.count)
		crypto_destroy(crypto, live.sessions[live.count - 1].service,
			       live.sessions[live.count - 1].id);
}

uint8_t crypto_operate(struct crypto *crypto, uint32_t opcode, uint64_t session,
		       const void *parameters, uint32_t length, const struct piece *pieces,
		       unsigned count, uint32_t room)
{
	struct virtio_crypto_op_data_req *command = (struct virtio_crypto_op_data_req *)crypto->out;

	memset(command, 0, sizeof(*command));
	command->header.opcode = to_le32(opcode);
	command->header.session_id = to_le64(session);
	command->header.flag = to_le32(crypto->unflagged ? 0 : VIRTIO_CRYPTO_FLAG_SESSION_MODE);
	memcpy(command->op_flf, parameters, length);
	exchange(crypto, 0, put(crypto, sizeof(*command), pieces, count), room + 1);
	INSIST(crypto->t, CRYPTO_PROSE_2, crypto->in[room] <= VIRTIO_CRYPTO_IPSEC_SA_SOFT_EXPIRY,
	       "the status of an operation with opcode %#x is %#x", opcode, crypto->in[room]);
	return crypto->in[room];
}

uint8_t crypto_cipher(struct crypto *crypto, uint32_t operation, uint64_t session, struct piece iv,
		      struct piece source)
{
	const struct virtio_crypto_cipher_data_flf parameters = {
		.iv_len = to_le32(iv.length),
		.src_data_len = to_le32(source.length),
		.dst_data_len = to_le32(source.length),
		.op_type = to_le32(VIRTIO_CRYPTO_SYM_OP_CIPHER),
	};
	const struct piece pieces[] = {iv, source};

	return crypto_operate(crypto, VIRTIO_CRYPTO_OPCODE(VIRTIO_CRYPTO_SERVICE_CIPHER, operation),
			      session, &parameters, sizeof(parameters), pieces, 2, source.length);
}

uint8_t crypto_digest(struct crypto *crypto, enum virtio_crypto_service service, uint64_t session,
		      struct piece source, uint32_t room)
{
	const struct virtio_crypto_hash_data_flf parameters = {to_le32(source.length),
							       to_le32(room)};

	return crypto_operate(crypto, VIRTIO_CRYPTO_OPCODE(service, CRYPTO_ENCRYPT), session,
			      &parameters, sizeof(parameters), &source, 1, room);
}

uint8_t crypto_rsa(struct crypto *crypto, uint32_t operation, uint64_t session, struct piece source,
		   struct piece data, uint32_t room)
{
	const struct virtio_crypto_akcipher_data_flf parameters = {
		to_le32(source.length), to_le32(operation == CRYPTO_VERIFY ? data.length : room)};
	const struct piece pieces[] = {source, data};

	return crypto_operate(crypto,
			      VIRTIO_CRYPTO_OPCODE(VIRTIO_CRYPTO_SERVICE_AKCIPHER, operation),
			      session, &parameters, sizeof(parameters), pieces, 2, room);
}

bool crypto_guarded(const struct crypto *crypto, uint32_t room)
{
	for (unsigned n = 0; n < CRYPTO_GUARD; n++) {
		if (crypto->in[room + 1 + n] != CRYPTO_PRESET)
			return false;
	}
	return true;
}
