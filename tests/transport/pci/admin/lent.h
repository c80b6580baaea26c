/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of lent legacy interfaces share. Boot CPU. */
#ifndef TESTS_TRANSPORT_PCI_ADMIN_LENT_H
#define TESTS_TRANSPORT_PCI_ADMIN_LENT_H

#include "tests/transport/pci/admin/admin.h"

/* lent_access(). Leaves the test when the command is not used in time. */
void access_member(struct test_run *t, struct lent_member *member, enum admin_opcode opcode,
		   uint8_t offset, const void *data, uint32_t length);

/* Four bytes of the common configuration, each by a command of its own. */
uint32_t read_bytewise(struct test_run *t, struct lent_member *member, uint8_t offset);

/* What the workload takes of the features that the member offers by its legacy interface. */
uint32_t member_features(struct test_run *t, struct lent_member *member);

/*
 * The device-specific configuration that the member itself shows, in a face that has nothing else; the next call makes it
 * anew. NULL where it has none that can be reached.
 */
struct virtio_device *member_configuration(struct lent_member *member);

/* Leaves the test where a member may rightly let requests wait (its link is down, an IOMMU keeps it from memory), or its byte order is wrong, which other tests tell. */
void need_service(struct test_run *t, struct lent_member *member);

/*
 * Drives the member by its legacy interface from a reset to a request of the workload and back to a reset: whether that
 * was served. Notifications go to the address, or are commands where that is NULL. *isr: what the interrupt status read
 * then, twice. Judges nothing, and does not leave the test while the member may reach memory.
 */
bool serve_member(struct test_run *t, struct lent_member *member, volatile void *address,
		  uint8_t isr[2]);

#endif
