/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/crypto.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "lib/string.h"
#include "virtio/config.h"

static const struct feature_bit features[] = {
	{VIRTIO_CRYPTO_F_REVISION_1, "VIRTIO_CRYPTO_F_REVISION_1"},
	{VIRTIO_CRYPTO_F_CIPHER_STATELESS_MODE, "VIRTIO_CRYPTO_F_CIPHER_STATELESS_MODE"},
	{VIRTIO_CRYPTO_F_HASH_STATELESS_MODE, "VIRTIO_CRYPTO_F_HASH_STATELESS_MODE"},
	{VIRTIO_CRYPTO_F_MAC_STATELESS_MODE, "VIRTIO_CRYPTO_F_MAC_STATELESS_MODE"},
	{VIRTIO_CRYPTO_F_AEAD_STATELESS_MODE, "VIRTIO_CRYPTO_F_AEAD_STATELESS_MODE"},
	{VIRTIO_CRYPTO_F_AKCIPHER_STATELESS_MODE, "VIRTIO_CRYPTO_F_AKCIPHER_STATELESS_MODE"},
	{0, NULL},
};

static const struct feature_dependency dependencies[] = {
	{VIRTIO_CRYPTO_F_CIPHER_STATELESS_MODE, 1, {VIRTIO_CRYPTO_F_REVISION_1}},
	{VIRTIO_CRYPTO_F_HASH_STATELESS_MODE, 1, {VIRTIO_CRYPTO_F_REVISION_1}},
	{VIRTIO_CRYPTO_F_MAC_STATELESS_MODE, 1, {VIRTIO_CRYPTO_F_REVISION_1}},
	{VIRTIO_CRYPTO_F_AEAD_STATELESS_MODE, 1, {VIRTIO_CRYPTO_F_REVISION_1}},
	{VIRTIO_CRYPTO_F_AKCIPHER_STATELESS_MODE, 1, {VIRTIO_CRYPTO_F_REVISION_1}},
};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_crypto_config, field, __VA_ARGS__)
static const struct virtio_config_field fields[] = {
	FIELD(status, .flags = CONFIG_CHANGES),
	FIELD(max_dataqueues, .count = 0),
	FIELD(crypto_services, .count = 0),
	FIELD(cipher_algo_l, .count = 0),
	FIELD(cipher_algo_h, .count = 0),
	FIELD(hash_algo, .count = 0),
	FIELD(mac_algo_l, .count = 0),
	FIELD(mac_algo_h, .count = 0),
	FIELD(aead_algo, .count = 0),
	FIELD(max_cipher_key_len, .count = 0),
	FIELD(max_auth_key_len, .count = 0),
	FIELD(akcipher_algo, .count = 0),
	FIELD(max_size, .count = 0),
	{.name = NULL},
};
#undef FIELD

static const struct virtio_type crypto_type = {
	.id = VIRTIO_TYPE_CRYPTO,
	.name = "crypto",
	.area = "CRYPTO",
	.features = features,
	.dependencies = dependencies,
	.dependency_count = ARRAY_LENGTH(dependencies),
	.config_size = sizeof(struct virtio_crypto_config),
	.fields = fields,
};
VIRTIO_TYPE(crypto_type);

const uint8_t crypto_sp800_38a_key[CRYPTO_BLOCK] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
						    0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};
const uint8_t crypto_sp800_38a_iv[CRYPTO_BLOCK] = {0, 1, 2,  3,  4,  5,  6,  7,
						   8, 9, 10, 11, 12, 13, 14, 15};
const uint8_t crypto_sp800_38a_plain[4 * CRYPTO_BLOCK] = {
	0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73,
	0x93, 0x17, 0x2a, 0xae, 0x2d, 0x8a, 0x57, 0x1e, 0x03, 0xac, 0x9c, 0x9e, 0xb7,
	0x6f, 0xac, 0x45, 0xaf, 0x8e, 0x51, 0x30, 0xc8, 0x1c, 0x46, 0xa3, 0x5c, 0xe4,
	0x11, 0xe5, 0xfb, 0xc1, 0x19, 0x1a, 0x0a, 0x52, 0xef, 0xf6, 0x9f, 0x24, 0x45,
	0xdf, 0x4f, 0x9b, 0x17, 0xad, 0x2b, 0x41, 0x7b, 0xe6, 0x6c, 0x37, 0x10};
const uint8_t crypto_sp800_38a_cbc[2 * CRYPTO_BLOCK] = {
	0x76, 0x49, 0xab, 0xac, 0x81, 0x19, 0xb2, 0x46, 0xce, 0xe9, 0x8e,
	0x9b, 0x12, 0xe9, 0x19, 0x7d, 0x50, 0x86, 0xcb, 0x9b, 0x50, 0x72,
	0x19, 0xee, 0x95, 0xdb, 0x11, 0x3a, 0x91, 0x76, 0x78, 0xb2};

#define NO_SESSION UINT64_MAX
#define KNOWN_MOST 16

/* The session of each device that the requests of the workload use: one and the same, so that none is used up. */
static struct kept {
	const struct virtio_device *device;
	uint64_t session;
	bool fresh; /* it was made since the last reset */
} kept[KNOWN_MOST];

static struct kept *kept_of(const struct virtio_device *device)
{
	static unsigned count;
	struct kept *entry;

	for (unsigned n = 0; n < MINIMUM(count, (unsigned)KNOWN_MOST); n++) {
		if (kept[n].device == device)
			return &kept[n];
	}
	entry = &kept[count++ % KNOWN_MOST];
	*entry = (struct kept){device, NO_SESSION, false};
	return entry;
}

/* What a control queue answers at most. */
#define ANSWER_NS NANOSECONDS_A_SECOND

/* Sends a request and waits for it, without an interrupt. */
static bool exchange(struct virtqueue *queue, struct request *request)
{
	uint64_t deadline = clock_deadline(ANSWER_NS);
	struct completion completion;

	virtqueue_suppress(queue);
	if (!request_add(queue, request))
		return false;
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	while (!virtqueue_used_pending(queue)) {
		if (clock_passed(deadline))
			return false;
		cpu_relax();
	}
	return virtqueue_take(queue, &completion) && !virtqueue_arm(queue, 0);
}

/* AES-CBC, where the device has it and its control queue is set up; else requests name no session, and are refused. */
static bool start(struct virtio_device *device, struct arena *arena)
{
	uint32_t place = (uint32_t)config_read(device, struct virtio_crypto_config, max_dataqueues);
	struct virtqueue *queue = place < VIRTIO_QUEUES_MOST ? device->queues[place] : NULL;
	struct virtio_crypto_op_ctrl_req *command =
		arena_allocate(arena, "crypto session", sizeof(*command) + CRYPTO_BLOCK, 8);
	struct virtio_crypto_create_session_input *answer =
		arena_allocate(arena, "crypto answer", sizeof(*answer), 8);
	struct virtio_crypto_cipher_session_flf *cipher;
	struct kept *entry = kept_of(device);
	struct request request = {.out = (uint8_t *)command,
				  .out_length = sizeof(*command),
				  .in = (uint8_t *)answer,
				  .in_length = 1};

	if (!command || !answer) {
		device->problem = "no room for a session";
		return false;
	}
	entry->fresh = false;
	/* A chain is never longer than the queue (2.7.5.3.1). */
	if (!queue || queue->size < 2 ||
	    !(config_read(device, struct virtio_crypto_config, cipher_algo_l) &
	      BIT(VIRTIO_CRYPTO_CIPHER_AES_CBC)))
		return true;
	/* The one before is gone with the reset, or it is not: some devices keep theirs, and have an end of them. */
	if (entry->session != NO_SESSION) {
		command->header.opcode = to_le32(
			VIRTIO_CRYPTO_OPCODE(VIRTIO_CRYPTO_SERVICE_CIPHER, CRYPTO_DESTROY_SESSION));
		memcpy(command->op_flf, &entry->session, sizeof(entry->session));
		entry->session = NO_SESSION;
		if (!exchange(queue, &request))
			return true;
	}
	memset(command, 0, sizeof(*command));
	command->header.opcode =
		to_le32(VIRTIO_CRYPTO_OPCODE(VIRTIO_CRYPTO_SERVICE_CIPHER, CRYPTO_CREATE_SESSION));
	command->header.algo = to_le32(VIRTIO_CRYPTO_CIPHER_AES_CBC);
	cipher = (struct virtio_crypto_cipher_session_flf *)command->op_flf;
	cipher->algo = to_le32(VIRTIO_CRYPTO_CIPHER_AES_CBC);
	cipher->key_len = to_le32(CRYPTO_BLOCK);
	cipher->op = to_le32(VIRTIO_CRYPTO_OP_ENCRYPT);
	cipher->op_type = to_le32(VIRTIO_CRYPTO_SYM_OP_CIPHER);
	memcpy(command + 1, crypto_sp800_38a_key, CRYPTO_BLOCK);
	request.out_length = sizeof(*command) + CRYPTO_BLOCK;
	request.in_length = sizeof(*answer);
	answer->status = to_le32(VIRTIO_CRYPTO_ERR);
	if (exchange(queue, &request) && from_le32(answer->status) == VIRTIO_CRYPTO_OK)
		entry->session = from_le64(answer->session_id);
	entry->fresh = entry->session != NO_SESSION;
	return true;
}

/* What requests name. */
static uint64_t session_of(const struct virtio_device *device)
{
	const struct kept *entry = kept_of(device);

	return entry->fresh ? entry->session : NO_SESSION;
}

static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	const uint32_t length = sizeof(crypto_sp800_38a_cbc);
	struct virtio_crypto_op_data_req *command;
	struct virtio_crypto_cipher_data_flf *cipher;
	uint8_t *behind;

	*request = (struct request){
		.out_length = sizeof(*command) + CRYPTO_BLOCK + length,
		.in_length = length + 1,
		.written_least = 1,
		.written_most = length + 1,
	};
	request->out = arena_allocate(arena, "crypto command", request->out_length, 8);
	request->in = arena_allocate(arena, "crypto result", request->in_length, 8);
	if (!request->out || !request->in)
		return false;
	command = (struct virtio_crypto_op_data_req *)request->out;
	command->header.opcode =
		to_le32(VIRTIO_CRYPTO_OPCODE(VIRTIO_CRYPTO_SERVICE_CIPHER, CRYPTO_ENCRYPT));
	command->header.algo = to_le32(VIRTIO_CRYPTO_CIPHER_AES_CBC);
	command->header.session_id = to_le64(session_of(device));
	command->header.flag = to_le32(VIRTIO_CRYPTO_FLAG_SESSION_MODE);
	cipher = (struct virtio_crypto_cipher_data_flf *)command->op_flf;
	cipher->iv_len = to_le32(CRYPTO_BLOCK);
	cipher->src_data_len = cipher->dst_data_len = to_le32(length);
	cipher->op_type = to_le32(VIRTIO_CRYPTO_SYM_OP_CIPHER);
	behind = (uint8_t *)(command + 1);
	memcpy(behind, crypto_sp800_38a_iv, CRYPTO_BLOCK);
	memcpy(behind + CRYPTO_BLOCK, crypto_sp800_38a_plain, length);
	return true;
}

static bool verify(struct virtio_device *device, const struct request *request, struct text *why)
{
	uint32_t length = request->in_length - 1;
	uint8_t status = request->in[length];

	if (session_of(device) == NO_SESSION) {
		if (status <= VIRTIO_CRYPTO_IPSEC_SA_SOFT_EXPIRY)
			return true;
	} else if (status == VIRTIO_CRYPTO_OK &&
		   memcmp(request->in, crypto_sp800_38a_cbc, length) == 0) {
		return true;
	}
	text_add(why, "its status is %u, its first byte %#x", status, request->in[0]);
	return false;
}

static const struct workload crypto_workload = {
	.type = VIRTIO_TYPE_CRYPTO,
	.about = "AES-CBC of two blocks",
	.queue = 0,
	.queues = 2,
	.prepare = prepare,
	.verify = verify,
	.start = start,
};
WORKLOAD(crypto_workload);
