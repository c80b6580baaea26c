/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of administration virtqueues share (virtio 1.4, 2.12 and 2.13): a group owner that is up, commands to it,
 * and its members. Boot CPU.
 */
#ifndef TESTS_TRANSPORT_PCI_ADMIN_H
#define TESTS_TRANSPORT_PCI_ADMIN_H

#include "pci/sriov.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/admin.h"
#include "virtio/transport/pci/registers.h"

/* In TEST(): only devices that offer administration virtqueues. */
#define OF_OWNERS WITH_FEATURE(VIRTIO_F_ADMIN_VQ), .traits = DEVICE_OVER_PCI

/* Bits 0 and 1 of a list: what is legal of any group after a reset. */
#define ADMIN_LIST_LEAST (BIT64(ADMIN_LIST_QUERY) | BIT64(ADMIN_LIST_USE))

/* What this image knows, and so uses where it is supported. */
#define ADMIN_LIST_KNOWN                                                                           \
	(ADMIN_LIST_LEAST | ADMIN_LEGACY_CONFIGURATION | BIT64(ADMIN_LEGACY_NOTIFY_INFO) |         \
	 BIT64(ADMIN_CAP_ID_LIST_QUERY) | BIT64(ADMIN_DEVICE_CAP_GET) |                            \
	 BIT64(ADMIN_DRIVER_CAP_SET))

/* A list has room for so many opcodes: in the answers that are asked for, and in what is used. */
#define ADMIN_LIST_WORDS 4

/* A list of commands of a group. */
struct admin_list {
	uint64_t words[ADMIN_LIST_WORDS];
};

/* A group owner under test. */
struct owner {
	struct admin_queue admin;
	struct pci_sriov sriov;
	bool has_sriov;
	unsigned members; /* of its SR-IOV group, 0: VF Enable is clear */
};

/*
 * Brings the device up with one administration virtqueue, polled, and its VFs disabled. Leaves the test where it offers
 * none, or one that lies beyond what this image drives.
 */
void start_owner(struct test_run *t, struct owner *owner);

/* The same with a member, where the device can have one. */
void start_with_members(struct test_run *t, struct owner *owner);

/* Resets it in the middle of a test and brings it up again: start_over(). VFs stay as they are. */
void restart_owner(struct test_run *t, struct owner *owner);

/* Judges whether the last command was used in time, and leaves the test where it was not. */
void insist_on_answer(struct test_run *t, const struct admin_queue *admin, bool used);

/* Leaves the test where the last command has no status, or no qualifier with it, of its own: the tests of ADMIN-VQ-10 and -11 tell. */
void heed_status(struct test_run *t, const struct admin_queue *admin);

/* admin_send(). Leaves the test when the command is not used in time. Returns its status. */
uint16_t send_command(struct test_run *t, struct owner *owner, const struct admin_call *call);

/* LIST_QUERY; returns its status. */
uint16_t query_list(struct test_run *t, struct owner *owner, unsigned group,
		    struct admin_list *list);

/* LIST_USE; returns its status. */
uint16_t use_list(struct test_run *t, struct owner *owner, unsigned group,
		  const struct admin_list *list);

/* A list of the first 64 opcodes alone. */
struct admin_list list_of(uint64_t opcodes);

/*
 * Uses what this image knows of what the group supports, or all of it where the device takes nothing less. Returns the first
 * word of the list that is in use; 0 where the group is not supported. Leaves the test where no list is taken.
 */
uint64_t use_known(struct test_run *t, struct owner *owner, unsigned group);

/* The same for a test that needs some of those commands: leaves it where they are not all supported. */
void use_commands(struct test_run *t, struct owner *owner, unsigned group, uint64_t opcodes);

/* Enables one VF. Leaves the test where the device has no SR-IOV capability, or none that a driver may use. */
void enable_members(struct test_run *t, struct owner *owner);

/* Disables them again. */
void disable_members(struct owner *owner);

/* enable_members(), and member 1 with the legacy interface that it is lent: all four commands are in use. */
void borrow_member(struct test_run *t, struct owner *owner, struct lent_member *member);

/*
 * A command of the group that changes nothing and is supported, other than LIST_QUERY and LIST_USE: whether it is legal tells
 * which list is in use. False: the group has none that this image knows. `list` is what it supports.
 */
bool find_probe(unsigned group, const struct admin_list *list, struct admin_call *probe);

/* Judges the last command, which had to be refused so: EINVAL under one clause, with a qualifier under another. */
void judge_refusal(struct test_run *t, const struct owner *owner, enum clause_id of_status,
		   enum clause_id of_qualifier, uint16_t qualifier, const char *what);

#endif
