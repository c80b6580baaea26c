/* SPDX-License-Identifier: BSD-2-Clause */
/* Persistent memory that breaks one rule. */
#include "arch/memory.h"
#include "selfcheck/image/disguise/region.h"
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/config.h"
#include "virtio/device/pmem.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/registers.h"

#define CONFIG(field) offsetof(struct virtio_pmem_config, field)

static uint64_t start, size;

/* Where it really lies. */
static void find_memory(struct virtio_device *device)
{
	start = config_read(device, struct virtio_pmem_config, start);
	size = config_read(device, struct virtio_pmem_config, size);
}

/* Shows a field as something else; the context tells where it is. */
static uint64_t show(const struct register_access *access, uint32_t field, uint64_t told,
		     uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE || access->offset < field ||
	    access->offset >= field + 8)
		return value;
	return (uint32_t)(told >> 8 * (access->offset - field));
}

static uint64_t lie_in_ram(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return show(access, CONFIG(start), 2 * MIB, value);
}

SABOTEUR(pmem_lies_in_ram, .about = "the range of addresses is the machine's own memory",
	 BREAKS(CLAUSE_PMEM_INIT_5), .type = VIRTIO_TYPE_PMEM, .tests = "pmem.*",
	 .start = find_memory, .onlooker.read = lie_in_ram);

static uint64_t lie_elsewhere(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	return show(access, CONFIG(start), start + size, value);
}

SABOTEUR(pmem_starts_at_its_end, .about = "start is the first address behind the memory",
	 BREAKS(CLAUSE_PMEM_INIT_6), .type = VIRTIO_TYPE_PMEM, .tests = "pmem.*",
	 .start = find_memory, .onlooker.read = lie_elsewhere);

static uint64_t claim_more(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return show(access, CONFIG(size), 2 * size, value);
}

SABOTEUR(pmem_claims_twice_as_much, .about = "size is twice that of the memory",
	 BREAKS(CLAUSE_PMEM_INIT_7), .type = VIRTIO_TYPE_PMEM, .tests = "pmem.*",
	 .start = find_memory, .onlooker.read = claim_more);

static uint64_t claim_nothing(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	return show(access, CONFIG(size), 0, value);
}

SABOTEUR(pmem_claims_nothing, .about = "size is 0", BREAKS(CLAUSE_PMEM_INIT_7),
	 .type = VIRTIO_TYPE_PMEM, .tests = "pmem.memory_lies*", .onlooker.read = claim_nothing);

static uint64_t start_late(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	value = show(access, CONFIG(start), start + PAGE_SIZE, value);
	return show(access, CONFIG(size), size - PAGE_SIZE, value);
}

SABOTEUR(pmem_is_not_what_the_file_is,
	 .about = "the memory begins with the second page of the file", BREAKS(CLAUSE_PMEM_FLUSH_2),
	 .type = VIRTIO_TYPE_PMEM, .tests = "pmem.*", .start = find_memory,
	 .onlooker.read = start_late);

/* A word of the last page does not outlive a reset. */
static bool forget_a_word(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	volatile uint64_t *page;

	if (!is_common(access, device_status) || *value != 0)
		return true;
	page = memory_map_device(start + size - PAGE_SIZE, PAGE_SIZE);
	if (page)
		page[7] = 0;
	return true;
}

SABOTEUR(pmem_forgets_at_a_reset, .about = "a flushed word reads 0 behind a reset",
	 BREAKS(CLAUSE_PMEM_FLUSH_1), .type = VIRTIO_TYPE_PMEM, .tests = "pmem.*",
	 .start = find_memory, .onlooker.write = forget_a_word);

static void answer_one(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request)
		request->in[0] = 1;
}

SABOTEUR(pmem_answers_1, .about = "a flush is answered with 1", BREAKS(CLAUSE_PMEM_RET_1),
	 .type = VIRTIO_TYPE_PMEM, .tests = "pmem.*", .used_element = answer_one);

static void tell_no_length(struct virtqueue *queue, struct used_element *element)
{
	element->length = 0;
}

SABOTEUR(pmem_answers_nothing, .about = "a flush is used with length 0", BREAKS(CLAUSE_PMEM_RET_1),
	 .type = VIRTIO_TYPE_PMEM, .tests = "pmem.*", .used_element = tell_no_length);

/* ---- memory as a region ---- */

static uint64_t show_configuration(struct onlooker *self, const struct register_access *access,
				   uint64_t value)
{
	value = show(access, CONFIG(start), start, value);
	return show(access, CONFIG(size), size, value);
}

SABOTEUR(pmem_is_in_both_places,
	 .about = "with VIRTIO_PMEM_F_SHMEM_REGION the configuration tells of the memory, too",
	 BREAKS(CLAUSE_PMEM_INIT_3, CLAUSE_PMEM_INIT_4), .type = VIRTIO_TYPE_PMEM,
	 .tests = "pmem.region*", .offers = BIT64(VIRTIO_PMEM_F_SHMEM_REGION), .start = find_memory,
	 .onlooker.read = show_configuration);

/* The capability is of another kind. */
static uint32_t hide_region(struct onlooker *self, const struct pci_function *function,
			    unsigned offset, unsigned width, uint32_t value)
{
	for (unsigned n = 0; n < width; n++) {
		if (region_has_type_at(offset + n))
			value = (value & ~(0xffu << 8 * n)) | VIRTIO_PCI_CAP_VENDOR_CFG << 8 * n;
	}
	return value;
}

SABOTEUR(pmem_has_no_region,
	 .about = "VIRTIO_PMEM_F_SHMEM_REGION brings no region of shared memory",
	 BREAKS(CLAUSE_PMEM_INIT_1), .type = VIRTIO_TYPE_PMEM, .tests = "pmem.region*",
	 .offers = BIT64(VIRTIO_PMEM_F_SHMEM_REGION), .onlooker.config_read = hide_region);

static void begin_region_1(struct virtio_device *device)
{
	region_start(device, 1);
}

SABOTEUR(pmem_has_region_1, .about = "the memory is the region of shared memory with id 1",
	 BREAKS(CLAUSE_PMEM_INIT_2), .type = VIRTIO_TYPE_PMEM, .tests = "pmem.region*",
	 .offers = BIT64(VIRTIO_PMEM_F_SHMEM_REGION), .start = begin_region_1);
