/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions made of bytes: a fake configuration space with bridges that route as real ones do, for
 * the unit tests of the pci floor. A test puts what it likes into the bytes, lies included.
 */
#ifndef TESTS_UNIT_FAKE_PCI_H
#define TESTS_UNIT_FAKE_PCI_H

#include "lib/base.h"
#include "pci/function.h"

struct fake_function {
	struct fake_function *bridge; /* what it is behind; NULL on a root bus */
	uint8_t root_bus;             /* for those on a root bus */
	uint8_t device, function;
	bool any_device; /* answers at every device number, as an unfiltered link does */

	uint8_t bytes[256];
	uint8_t writable[256]; /* mask of the bits that a write changes */
};

#define FAKES_MOST 300

struct fake_bus {
	struct fake_function fakes[FAKES_MOST];
	unsigned count;
	unsigned reads, writes;
	unsigned bar_writes_while_decoding; /* what breaks a device (kvmtool) or moves it */
	unsigned misaligned;                /* accesses that no host bridge would do */
};

extern struct fake_bus fake_bus;
extern const struct pci_config fake_config;

/* Forgets all functions. */
void fake_reset(void);

/* A plain function 1af4:1042 without BARs; a bridge 1b36:000c with all three windows at 0. */
struct fake_function *fake_add(struct fake_function *bridge, uint8_t device, uint8_t function);
struct fake_function *fake_add_bridge(struct fake_function *bridge, uint8_t device,
				      uint8_t function);

void fake_put8(struct fake_function *fake, unsigned offset, uint8_t value);
void fake_put16(struct fake_function *fake, unsigned offset, uint16_t value);
void fake_put32(struct fake_function *fake, unsigned offset, uint32_t value);
uint16_t fake_get16(const struct fake_function *fake, unsigned offset);
uint32_t fake_get32(const struct fake_function *fake, unsigned offset);

/* A BAR with its read-only flags; size 0 leaves only the flags. */
void fake_bar(struct fake_function *fake, unsigned bar, uint32_t flags, uint64_t size,
	      uint64_t address);
#define FAKE_IO           0x1u
#define FAKE_MEMORY       0x0u
#define FAKE_WIDE         0x4u
#define FAKE_PREFETCHABLE 0x8u

/* Puts a capability header, and sets the list bit and pointer when it is the first. */
void fake_capability(struct fake_function *fake, unsigned offset, uint8_t id, uint8_t next);

/* A pci_function that stands for the fake without a scan. */
struct pci_function fake_opened(const struct fake_function *fake);

#endif
