/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of a virtio PCI device, by structure and field. Every access of the image to a
 * device's structures comes through here, where onlookers stand (virtio/onlooker.h) and the
 * configuration window turns off. Any CPU, one at a time for a device.
 */
#ifndef VIRTIO_REGISTERS_H
#define VIRTIO_REGISTERS_H

#include "lib/format.h"
#include "virtio/transport/pci/device.h"

/*
 * Reads exactly `width` bytes (1, 2 or 4) at `offset` of a structure, in one access. The
 * offset is not checked against the structure's length: a test may look beyond.
 */
uint64_t virtio_read(struct virtio_device *device, enum virtio_structure structure, uint32_t offset,
		     unsigned width);

/* Writes so many, in one access. */
void virtio_write(struct virtio_device *device, enum virtio_structure structure, uint32_t offset,
		  unsigned width, uint64_t value);

/* The end of the road: accesses that no onlooker sees, as device->access says. */
extern const struct register_road virtio_pci_road;

/* Where a field of the common configuration stands. */
#define COMMON_OFFSET(field) offsetof(struct virtio_pci_common_cfg, field)

/* How many bytes it has. */
#define COMMON_WIDTH(field) sizeof(((struct virtio_pci_common_cfg *)0)->field)

/* For the types of its fields alone: it is nowhere. */
extern struct virtio_pci_common_cfg virtio_pci_common_layout;

/* A field of the common configuration by its name and in its type: common_read(device, queue_size). */
#define common_read(device, field)                                                                 \
	((NATIVE_TYPE(virtio_pci_common_layout.field))(                                            \
		COMMON_WIDTH(field) == 8                                                           \
			? common_read_at(device, COMMON_OFFSET(field), 8)                          \
			: virtio_read(device, STRUCTURE_COMMON, COMMON_OFFSET(field),              \
				      COMMON_WIDTH(field))))

/* Writes a field by its name: common_write(device, queue_size, 8). */
#define common_write(device, field, value)                                                         \
	(COMMON_WIDTH(field) == 8 ? common_write_at(device, COMMON_OFFSET(field), 8, value)        \
				  : virtio_write(device, STRUCTURE_COMMON, COMMON_OFFSET(field),   \
						 COMMON_WIDTH(field), value))

/* Reads by place and width; 64-bit fields go as two 32-bit halves, low half first (4.1.3.1). */
uint64_t common_read_at(struct virtio_device *device, uint32_t offset, unsigned width);

/* Writes so. */
void common_write_at(struct virtio_device *device, uint32_t offset, unsigned width, uint64_t value);

/* common_read() as an onlooker's own access, from its place on: see onlooker_read(). */
#define own_read(self, device, field)                                                              \
	onlooker_read(self,                                                                        \
		      &(const struct register_access){device, STRUCTURE_COMMON,                    \
						      COMMON_OFFSET(field), COMMON_WIDTH(field)})

/* common_write() so. */
#define own_write(self, device, field, value)                                                      \
	onlooker_write(self,                                                                       \
		       &(const struct register_access){device, STRUCTURE_COMMON,                   \
						       COMMON_OFFSET(field), COMMON_WIDTH(field)}, \
		       value)

/* Whether an access that an onlooker sees is one to this field of the common configuration. */
#define is_common(access, field)                                                                   \
	((access)->structure == STRUCTURE_COMMON && (access)->offset == COMMON_OFFSET(field))

/* Whether the device's common structure reaches as far as this field. */
#define common_has(device, field)                                                                  \
	(virtio_pci(device)->common_length >= COMMON_OFFSET(field) + COMMON_WIDTH(field))

/* A field of the common configuration, as it is laid out. */
struct common_field {
	uint8_t offset, width;
	const char *name;
};

/* All of them; the last has no name. */
extern const struct common_field common_fields[];

/* As a transport's operation: "queue_size", "?" between and beyond the fields, "isr+0". */
void virtio_pci_name_register(const struct register_access *access, struct text *text);

/* Reads (and by that clears) the ISR status byte. */
uint8_t isr_read(struct virtio_device *device);

/*
 * The same through its BAR whatever device->access says: for handlers, which may interrupt a use of the
 * configuration window. Handler-safe.
 */
uint8_t isr_read_by_bar(struct virtio_device *device);

#endif
