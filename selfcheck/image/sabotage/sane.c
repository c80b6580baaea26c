/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices with which something is wrong that no sentence of the specification names: SANE-1 and so on. */
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "selfcheck/image/sabotage/net.h"
#include "selfcheck/image/disguise/request.h"
#include "virtio/device/blk.h"
#include "virtio/transport/pci/registers.h"

#define CONFIG(field) offsetof(struct virtio_blk_config, field)

static bool lose_kicks(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY;
}

SABOTEUR(serves_nothing, .about = "kicks are lost, and no request is ever served",
	 BREAKS(CLAUSE_SANE_1), .tests = "transport.*", .onlooker.write = lose_kicks);

static bool has_heard;

static void begin_unheard(struct virtio_device *device)
{
	has_heard = false;
}

static bool lose_first_kick(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	bool heard = has_heard;

	if (is_common(access, device_status))
		has_heard = false;
	if (access->structure != STRUCTURE_NOTIFY)
		return true;
	has_heard = true;
	return heard;
}

/* The second one shows that the clause which the test is after is not the one that broke. */
SABOTEUR(first_kick_lost, .about = "the first kick since DRIVER_OK is lost", BREAKS(CLAUSE_SANE_1),
	 .tests = "interrupt.polled_queue*", .start = begin_unheard,
	 .onlooker.write = lose_first_kick);

static uint32_t type_of(const struct request *request)
{
	return from_le32(((const struct virtio_blk_req *)request->out)->type);
}

static void fail_request(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request)
		request->in[request->in_length - 1] = VIRTIO_BLK_S_IOERR;
}

SABOTEUR(fails_every_request, .about = "requests end with an error for no reason",
	 BREAKS(CLAUSE_SANE_2), .type = VIRTIO_TYPE_BLK, .tests = "blk.*",
	 .used_element = fail_request);

static bool deaf;

static void start_hearing(struct virtio_device *device)
{
	deaf = false;
}

static void note_refusal(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	deaf = deaf || (request && request->in_length &&
			request->in[request->in_length - 1] != VIRTIO_BLK_S_OK);
}

static bool hear_nothing_more(struct onlooker *self, const struct register_access *access,
			      uint64_t *value)
{
	return !deaf || access->structure != STRUCTURE_NOTIFY;
}

/* Nothing follows the refusal in this test itself. */
SABOTEUR(deaf_since_a_refusal, .about = "behind a request that was refused no kick is heard",
	 BREAKS(CLAUSE_SANE_1), .type = VIRTIO_TYPE_BLK, .tests = "blk.write_zeroes_flags",
	 .start = start_hearing, .used_element = note_refusal, .onlooker.write = hear_nothing_more);

static uint8_t reads;

static void change_data(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && type_of(request) == VIRTIO_BLK_T_IN && request->in_length > 1)
		request->in[0] = ++reads;
}

SABOTEUR(reads_differ, .about = "each read finds other data", BREAKS(CLAUSE_SANE_3),
	 .type = VIRTIO_TYPE_BLK, .tests = "blk.*", .used_element = change_data);

static uint64_t refuse_features(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	if (access->structure == STRUCTURE_COMMON && access->offset == COMMON_OFFSET(device_status))
		return value & ~(uint64_t)VIRTIO_STATUS_FEATURES_OK;
	return value;
}

SABOTEUR(refuses_plain_features, .about = "FEATURES_OK never reads back set", BREAKS(CLAUSE_SANE_4),
	 .tests = "transport.*", .onlooker.read = refuse_features);

static uint64_t hide_queues(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	bool size = access->structure == STRUCTURE_COMMON &&
		    access->offset == COMMON_OFFSET(queue_size);

	return size ? 0 : value;
}

SABOTEUR(queues_cannot_be_set_up, .about = "queue_size reads 0 for every queue",
	 BREAKS(CLAUSE_SANE_5), .tests = "transport.*", .onlooker.read = hide_queues);

static void write_beside(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request)
		request->in[request->in_length] ^= 1;
}

SABOTEUR(writes_beside_buffers, .about = "a byte behind each buffer is written",
	 BREAKS(CLAUSE_SANE_6), .type = VIRTIO_TYPE_ENTROPY, .tests = "rng.*",
	 .used_element = write_beside);

static void send_astray(struct virtqueue *queue, struct used_element *element)
{
	unsigned vector = interrupt_allocate();

	interrupt_free(vector);
	interrupt_send(cpu_current(), vector);
}

SABOTEUR(interrupts_go_astray, .about = "interrupts come on a vector that nobody was given",
	 BREAKS(CLAUSE_SANE_7), .tests = "rng.*", .used_element = send_astray);

static void hold_for_ever(struct onlooker *self, struct virtqueue *queue)
{
	for (;;)
		cpu_relax();
}

SABOTEUR(holds_the_driver_for_ever, .about = "the driver never comes back from a publication",
	 BREAKS(CLAUSE_SANE_8), .tests = "rng.*", .onlooker.publish = hold_for_ever);

static void fail_machine(struct onlooker *self, struct virtqueue *queue)
{
	__asm__ volatile("int $18");
}

SABOTEUR(brings_machine_checks, .about = "a machine check comes while the device is driven",
	 BREAKS(CLAUSE_SANE_9), .tests = "rng.*", .onlooker.publish = fail_machine);

static uint64_t take_no_data(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	bool most = access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(seg_max);

	return most ? 0 : value;
}

SABOTEUR(configuration_allows_nothing, .about = "seg_max is 0", BREAKS(CLAUSE_SANE_10),
	 .type = VIRTIO_TYPE_BLK, .tests = "blk.numbers*", .onlooker.read = take_no_data);

/* The last byte of what a frame holds, behind its headers. */
static void change_frame(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (header && element->length > sizeof(*header))
		((uint8_t *)header)[element->length - 1] ^= 1;
}

SABOTEUR(frames_arrive_changed, .about = "the last byte of each frame is another",
	 BREAKS(CLAUSE_SANE_11), .type = VIRTIO_TYPE_NET, .tests = "net.*",
	 .used_element = change_frame);

static void spoil_id(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && type_of(request) == VIRTIO_BLK_T_GET_ID)
		request->in[0] = 0xfe;
}

SABOTEUR(answers_hold_nonsense, .about = "the device id has a byte that is no ASCII",
	 BREAKS(CLAUSE_SANE_12), .type = VIRTIO_TYPE_BLK, .tests = "blk.*id*",
	 .used_element = spoil_id);

static void unend_id(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	for (unsigned n = 0;
	     request && type_of(request) == VIRTIO_BLK_T_GET_ID && n < VIRTIO_BLK_ID_BYTES; n++) {
		if (!request->in[n])
			request->in[n] = 'x';
	}
}

SABOTEUR(blk_id_without_end, .about = "the device id has no NUL where there is room for one",
	 BREAKS(CLAUSE_SANE_12), .type = VIRTIO_TYPE_BLK, .tests = "blk.*id*",
	 .used_element = unend_id);

static uint64_t keep_link(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	bool status = access->structure == STRUCTURE_DEVICE &&
		      access->offset == offsetof(struct virtio_net_config, status);

	return status ? value | VIRTIO_NET_S_LINK_UP : value;
}

SABOTEUR(link_stays_up, .about = "a link that the host took down reads as up",
	 BREAKS(CLAUSE_SANE_13), .type = VIRTIO_TYPE_NET, .tests = "net.link_changes*",
	 .onlooker.read = keep_link);
