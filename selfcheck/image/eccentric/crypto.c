/* SPDX-License-Identifier: BSD-2-Clause */
/* Crypto devices with ways of their own (5.9). */
#include "selfcheck/image/disguise/crypto_extras.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/pci/registers.h"

#define CONFIG(field) offsetof(struct virtio_crypto_config, field)

static void serve_more(struct virtqueue *queue, struct used_element *element)
{
	if (crypto_extras_serve(queue, element))
		acts();
}
ECCENTRIC(ok_crypto_serves_more, .about = "a crypto device has hashes, codes, AEAD and raw RSA",
	  ALLOWED("5.9.5", "The device MUST set crypto_services based on the crypto services the "
			   "device offers."),
	  .devices = "crypto", .tests = "crypto.*", .start = crypto_extras_start,
	  .onlooker.read = crypto_extras_read, .used_element = serve_more);

/* What fails for another reason than its session is not supported. */
static void support_less(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = crypto_extras_serve(queue, element);
	uint8_t *status;

	if (!request)
		request = used_request(queue, element);
	if (!request || queue->index != 0)
		return;
	status = request->in + request->in_length - 1;
	if (*status != VIRTIO_CRYPTO_ERR)
		return;
	acts();
	*status = VIRTIO_CRYPTO_NOTSUPP;
}
ECCENTRIC(ok_crypto_supports_less, .about = "lengths that do not fit are not supported",
	  ALLOWED("5.9.9.1", "VIRTIO_CRYPTO_NOTSUPP: operation or algorithm is unsupported."),
	  .devices = "crypto", .tests = "crypto.*", .start = crypto_extras_start,
	  .onlooker.read = crypto_extras_read, .used_element = support_less);

/* Behind a result that is shorter than its room there are zeroes, and they count. */
static void fill_room(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	const struct virtio_crypto_op_data_req *operation;

	if (!request || queue->index != 0 || !element->length ||
	    element->length >= request->in_length)
		return;
	/* A cipher text that lacks zeroes lacks them in front. */
	operation = (const struct virtio_crypto_op_data_req *)request->out;
	if ((from_le32(operation->header.opcode) & 0xff) == CRYPTO_ENCRYPT)
		return;
	acts();
	memset(request->in + element->length - 1, 0, request->in_length - element->length);
	element->length = request->in_length;
}
ECCENTRIC(ok_crypto_fills_the_room,
	  .about = "all of dst_data is written, however short a result is",
	  ALLOWED("5.9.9.8",
		  "The device MUST copy the result of cryptographic operation in the dst_data[]."),
	  .devices = "crypto", .tests = "crypto.*", .used_element = fill_room);

static uint64_t serve_nothing(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	acts();
	return access->offset == CONFIG(status) ? value & ~(uint64_t)VIRTIO_CRYPTO_S_HW_READY
						: value;
}
ECCENTRIC(ok_crypto_is_not_ready, .about = "the hardware of a crypto device is not ready",
	  ALLOWED("5.9.5",
		  "VIRTIO_CRYPTO_S_HW_READY set indicates that the device is ready to process "
		  "requests"),
	  .devices = "crypto", .tests = "crypto.*,transport.*", .onlooker.read = serve_nothing);

/* Its ids are not small, and never come again. */
static uint64_t given, offset;

static void start_ids(struct virtio_device *device)
{
	given = 0;
	offset = 0x123400000000;
}

static struct virtio_crypto_create_session_input *created(struct virtqueue *queue,
							  struct used_element *element)
{
	struct request *request = used_request(queue, element);

	return request && queue->index == 1 &&
			       request->in_length ==
				       sizeof(struct virtio_crypto_create_session_input)
		       ? (struct virtio_crypto_create_session_input *)request->in
		       : NULL;
}

/* Session ids in what the driver sends are turned back before the device reads them. */
static void turn_back(struct onlooker *self, struct virtqueue *queue)
{
	uint8_t *bytes = (uint8_t *)(uintptr_t)from_le64(last_available(queue)->addr);
	struct virtio_crypto_op_data_req *operation = (struct virtio_crypto_op_data_req *)bytes;
	struct virtio_crypto_op_ctrl_req *command = (struct virtio_crypto_op_ctrl_req *)bytes;
	uint64_t id;

	if (queue->index == 0 && from_le64(operation->header.session_id) - offset < given) {
		operation->header.session_id =
			to_le64(from_le64(operation->header.session_id) - offset);
	} else if (queue->index == 1 &&
		   (from_le32(command->header.opcode) & 0xff) == CRYPTO_DESTROY_SESSION) {
		memcpy(&id, command->op_flf, sizeof(id));
		if (id - offset < given) {
			id -= offset;
			memcpy(command->op_flf, &id, sizeof(id));
		}
	}
}

static void number_high(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_crypto_create_session_input *answer = created(queue, element);

	if (!answer || from_le32(answer->status) != VIRTIO_CRYPTO_OK)
		return;
	acts();
	given = MAXIMUM(given, from_le64(answer->session_id) + 1);
	answer->session_id = to_le64(from_le64(answer->session_id) + offset);
}
ECCENTRIC(ok_crypto_numbers_high, .about = "session ids of a crypto device have 45 bits",
	  ALLOWED("5.9.9.2.1",
		  "The device MUST set the session_id field to a unique session identifier only if "
		  "the status is set to VIRTIO_CRYPTO_OK."),
	  .devices = "crypto", .variants = "split+msix",
	  .tests = "crypto.sessions_use*,crypto.ciphers*,crypto.sessions_are*,crypto.destroyed*",
	  .start = start_ids, .onlooker.publish = turn_back, .used_element = number_high);

/* What is new in revision 1 for sessions of ciphers. */
static void revise(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	struct virtio_crypto_create_session_input *answer = created(queue, element);
	const struct virtio_crypto_cipher_session_flf *cipher;

	if (!request)
		return;
	cipher = (const struct virtio_crypto_cipher_session_flf
			  *)((struct virtio_crypto_op_ctrl_req *)request->out)
			 ->op_flf;
	if (answer && from_le32(answer->status) == VIRTIO_CRYPTO_ERR &&
	    from_le32(cipher->algo) == VIRTIO_CRYPTO_CIPHER_AES_CBC &&
	    from_le32(cipher->key_len) == CRYPTO_BLOCK) {
		acts();
		answer->status = to_le32(VIRTIO_CRYPTO_NOSPC);
	}
	if (queue->index == 0 &&
	    !from_le32(((struct virtio_crypto_op_data_req *)request->out)->header.flag)) {
		acts();
		request->in[request->in_length - 1] = VIRTIO_CRYPTO_ERR;
	}
}
ECCENTRIC(ok_crypto_is_revised, .about = "a crypto device has REVISION_1, and no stateless mode",
	  ALLOWED("5.9.3", "Revision 1 has a specific request format and other enhancements"),
	  .devices = "crypto", .tests = "crypto.sessions_run*,crypto.unflagged*,crypto.ciphers*",
	  .offers = BIT64(VIRTIO_CRYPTO_F_REVISION_1), .variants = "split+msix",
	  .onlooker.publish = crypto_revised_publish, .used_element = revise);
