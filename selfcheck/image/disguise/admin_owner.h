/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disguise: a network device that owns an SR-IOV group (virtio 1.4, 2.12). It offers VIRTIO_F_ADMIN_VQ, has an
 * administration virtqueue of its own beyond the queues of the device behind it, an SR-IOV capability, one virtual function,
 * and lends that a legacy interface. What is odd about it, or broken, a twist does.
 */
#ifndef SELFCHECK_ADMIN_OWNER_H
#define SELFCHECK_ADMIN_OWNER_H

#include "selfcheck/image/disguise/lent_device.h"
#include "pci/sriov.h"
#include "virtio/transport/pci/admin.h"

/* In .offers of who wears it. */
#define ADMIN_OWNER_OFFERS (BIT64(VIRTIO_F_ADMIN_VQ) | BIT64(VIRTIO_F_SR_IOV))

/* A command, from what the driver wrote to what it gets. */
struct admin_exchange {
	/* As the driver gave them: the buffers, and what the answer held before. */
	uint32_t out, room;
	uint8_t *in;
	struct admin_answer before;
	/* As they are understood: zeros behind what the driver gave. */
	uint16_t opcode, group;
	uint64_t member;
	uint8_t data[64];
	uint32_t length; /* of the data that was given */
	/* What is answered. */
	uint16_t status, qualifier;
	uint8_t result[64];
	uint32_t result_length;
	uint32_t used; /* length */
};

/* What makes it another owner than a good one; each NULL: nothing does. */
struct admin_twist {
	void (*begin)(void);                              /* it is fresh from reset for a test */
	void (*command)(struct admin_exchange *exchange); /* understood, not carried out */
	void (*answer)(struct admin_exchange *exchange);  /* carried out, not written */
	void (*used)(struct admin_exchange *exchange);    /* written, not yet used */
	enum serving order;
};

/* The owner, for twists. */
struct admin_owner {
	struct virtio_device *device;
	/* By group; 0: it is not supported. */
	uint64_t supported[2], used[2];
	uint16_t index, count;                                  /* of administration virtqueues */
	uint32_t list_bytes;                                    /* of LIST_QUERY's result */
	uint8_t sriov[PCI_SRIOV_LENGTH], virtual_function[256]; /* configuration space */
	uint8_t express[4];
	uint16_t device_id;
	uint8_t revision, subsystem;
	struct admin_notify_info entries[ADMIN_NOTIFY_ENTRIES];
	uint32_t common_length; /* of the legacy header */
	bool is_deaf;           /* to stores at the addresses of notifications */
	bool vf_bar_0;          /* VF BAR0 is there */
	bool status_unwell;     /* DEVICE_NEEDS_RESET is set */
	unsigned resets;
};
/* The one that is worn; twists may change it. */
extern struct admin_owner admin_owner;

/* Puts it before a device, as a start(); the twist is kept, not copied; NULL: a good one. */
void admin_owner_start(struct virtio_device *device, const struct admin_twist *twist);

/* Takes it away: a stop(). */
void admin_owner_stop(struct virtio_device *device);

#endif
