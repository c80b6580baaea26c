/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Group administration commands (virtio 1.4, 2.12.1) over an administration virtqueue (2.13), and the legacy interface
 * that a group owner lends its members by them (2.12.1.1). Nothing here judges. Boot CPU.
 */
#ifndef VIRTIO_TRANSPORT_PCI_ADMIN_H
#define VIRTIO_TRANSPORT_PCI_ADMIN_H

#include "virtio/ring/queue.h"
#include "virtio/transport/pci/device.h"

/* Group types (2.12). */
enum admin_group { ADMIN_GROUP_SELF = 0, ADMIN_GROUP_SRIOV = 1 };

/* Commands (2.12.1). */
enum admin_opcode {
	ADMIN_LIST_QUERY = 0x0,
	ADMIN_LIST_USE = 0x1,
	ADMIN_LEGACY_COMMON_CFG_WRITE = 0x2,
	ADMIN_LEGACY_COMMON_CFG_READ = 0x3,
	ADMIN_LEGACY_DEV_CFG_WRITE = 0x4,
	ADMIN_LEGACY_DEV_CFG_READ = 0x5,
	ADMIN_LEGACY_NOTIFY_INFO = 0x6,
	ADMIN_CAP_ID_LIST_QUERY = 0x7,
	ADMIN_DEVICE_CAP_GET = 0x8,
	ADMIN_DRIVER_CAP_SET = 0x9,
	ADMIN_RESOURCE_OBJ_CREATE = 0xa,    /* and three more */
	ADMIN_DEV_PARTS_METADATA_GET = 0xe, /* likewise */
};

/* Those of a list that lend a legacy interface. */
#define ADMIN_LEGACY_CONFIGURATION                                                                 \
	(BIT64(ADMIN_LEGACY_COMMON_CFG_WRITE) | BIT64(ADMIN_LEGACY_COMMON_CFG_READ) |              \
	 BIT64(ADMIN_LEGACY_DEV_CFG_WRITE) | BIT64(ADMIN_LEGACY_DEV_CFG_READ))

/* What status says … */
enum admin_status_value {
	ADMIN_STATUS_OK = 0,
	ADMIN_STATUS_ENXIO = 6,
	ADMIN_STATUS_EAGAIN = 11,
	ADMIN_STATUS_ENOMEM = 12,
	ADMIN_STATUS_EINVAL = 22,
};

/* … and status_qualifier. */
enum admin_qualifier_value {
	ADMIN_Q_OK = 0,
	ADMIN_Q_INVALID_COMMAND = 1,
	ADMIN_Q_INVALID_OPCODE = 2,
	ADMIN_Q_INVALID_FIELD = 3,
	ADMIN_Q_INVALID_GROUP = 4,
	ADMIN_Q_INVALID_MEMBER = 5,
};

/* The device-readable part, up to the data of the command. */
struct admin_command {
	le16 opcode;
	le16 group_type;
	uint8_t reserved1[12];
	le64 group_member_id;
};
static_assert(offsetof(struct admin_command, group_member_id) == 16, "2.12.1");
static_assert(sizeof(struct admin_command) == 24, "2.12.1");

/* The device-writable part, up to the result. */
struct admin_answer {
	le16 status;
	le16 status_qualifier;
	uint8_t reserved2[4];
};
static_assert(sizeof(struct admin_answer) == 8, "2.12.1");

/* The data of the legacy commands (2.12.1.1): those that read have the offset alone. */
struct admin_legacy_access {
	uint8_t offset;
	uint8_t reserved[7];
};

/* A notification address, and the result of LEGACY_NOTIFY_INFO. */
struct admin_notify_info {
	uint8_t flags;
	uint8_t bar;
	uint8_t padding[6];
	le64 offset;
};
static_assert(sizeof(struct admin_notify_info) == 16, "2.12.1.1");

/* Its flags: whose BAR it is. */
enum { ADMIN_NOTIFY_END = 0, ADMIN_NOTIFY_OWNER = 1, ADMIN_NOTIFY_MEMBER = 2 };
#define ADMIN_NOTIFY_ENTRIES 4

#define ADMIN_BYTES          256 /* of memory for either part */

/* An administration virtqueue with the one command that is under way on it. */
struct admin_queue {
	struct virtqueue *queue;
	uint8_t *command, *answer; /* ADMIN_BYTES each, that the device reaches */
	uint64_t patience;         /* nanoseconds that a command may take */
	uint8_t pattern;           /* what the answer holds before */
	/* Of the last command: */
	uint32_t used; /* length */
	uint16_t status, qualifier;
};

/* A command. */
struct admin_call {
	uint16_t opcode, group;
	uint64_t member;
	const void *data; /* behind the header … */
	uint32_t length;  /* … so many bytes */
	uint32_t room;    /* bytes for the result */
};

/* Writes a command into memory: ADMIN_BYTES are enough for header and data. Returns its length. */
uint32_t admin_fill(uint8_t *command, const struct admin_call *call);

/*
 * Sends what stands in admin->command: `out` bytes of it, with `in` bytes for the answer, both at least 1. False when it
 * is not used in time; else admin->used, and status and qualifier as far as they lie in it, else 0.
 */
bool admin_execute(struct admin_queue *admin, uint32_t out, uint32_t in) MUST_CHECK;

/*
 * admin_fill() and admin_execute(), again as long as the device says EAGAIN and patience lasts. What it has not used of the
 * answer counts as 0, and is 0 then, but for status and qualifier.
 */
bool admin_send(struct admin_queue *admin, const struct admin_call *call) MUST_CHECK;

/* The result of the last command. */
static inline const uint8_t *admin_result(const struct admin_queue *admin)
{
	return admin->answer + sizeof(struct admin_answer);
}

/* The legacy interface of a member, lent by its owner: a face of that transport whose registers are commands. */
struct lent_member {
	struct virtio_pci_device pci;
	struct pci_function function; /* the VF */
	struct admin_queue *admin;
	uint64_t number;
	uint16_t
		failed; /* what the first access came to that failed, 0: none did; all ones: not used in time */
};

/*
 * Makes the face of member `number` of the SR-IOV group, whose VF is `function`. Notifications are commands, too, until
 * lent_notify_at().
 */
void lend_member(struct lent_member *member, struct admin_queue *admin,
		 const struct pci_function *function, uint64_t number, uint32_t type);

/* Notifications are stores of the queue's index at this address from now on; NULL: they are commands. */
void lent_notify_at(struct lent_member *member, volatile void *address);

/*
 * One access by a command, `length` bytes at `offset`: a write of `data`, up to 8 bytes, or a read where that is NULL, whose
 * bytes are admin_result() then. The answer is in member->admin. False: not used in time.
 */
bool lent_access(struct lent_member *member, enum admin_opcode opcode, uint8_t offset,
		 const void *data, uint32_t length) MUST_CHECK;

#endif
