/* SPDX-License-Identifier: BSD-2-Clause */
/* UEFI (2.10), as far as virtproof.efi calls it: efi.c. Numbers are those of the machine, 64 bits wide. */
#ifndef BOOT_EFI_H
#define BOOT_EFI_H

#include "lib/base.h"

/* How the firmware calls, and is called (2.3.4). */
#define EFI_CALL __attribute__((ms_abi))

/* Appendix D: the highest bit makes it an error. */
typedef uint64_t efi_status;

#define EFI_SUCCESS    0
#define EFI_LOAD_ERROR (BIT64(63) | 1)

/* Appendix A. */
struct efi_guid {
	uint32_t a;
	uint16_t b, c;
	uint64_t d; /* its bytes from the lowest on */
};
static_assert(sizeof(struct efi_guid) == 16, "UEFI 2.10, appendix A");

/* 7.2: what memory is for. */
enum efi_memory_type {
	EFI_LOADER_CODE = 1,
	EFI_LOADER_DATA = 2,
	EFI_BOOT_CODE = 3,
	EFI_BOOT_DATA = 4,
	EFI_CONVENTIONAL = 7,
	EFI_UNUSABLE = 8,
	EFI_ACPI_RECLAIM = 9,
	EFI_ACPI_NVS = 10,
};

/* 7.2, EFI_ALLOCATE_TYPE: how AllocatePages takes the address. */
enum efi_allocate {
	EFI_ALLOCATE_BELOW = 1,
	EFI_ALLOCATE_AT = 2,
};

#define EFI_PAGE_SIZE 4096

/* 7.2, EFI_MEMORY_DESCRIPTOR; the firmware says how far it is to the next one. */
struct efi_memory {
	uint32_t type;
	uint64_t physical;
	uint64_t virtual;
	uint64_t pages;
	uint64_t attributes;
};
static_assert(sizeof(struct efi_memory) == 40, "UEFI 2.10, 7.2");

/* 12.4, EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL. */
struct efi_text_output {
	void *reset;
	efi_status(EFI_CALL *output_string)(struct efi_text_output *self, const uint16_t *text);
};

/* 4.4, EFI_BOOT_SERVICES: what is not called is passed over. */
struct efi_boot_services {
	uint8_t header[24];
	void *priorities[2];
	efi_status(EFI_CALL *allocate_pages)(uint32_t how, uint32_t type, uint64_t pages,
					     uint64_t *address);
	void *free_pages;
	efi_status(EFI_CALL *get_memory_map)(uint64_t *size, void *map, uint64_t *key,
					     uint64_t *entry_size, uint32_t *version);
	void *pools_and_events[11];
	efi_status(EFI_CALL *handle_protocol)(void *handle, const struct efi_guid *protocol,
					      void **interface);
	void *handles_and_images[9];
	efi_status(EFI_CALL *exit_boot_services)(void *image, uint64_t key);
	void *others[10];
	efi_status(EFI_CALL *locate_protocol)(const struct efi_guid *protocol, void *registration,
					      void **interface);
	void *more[3];
	void(EFI_CALL *copy_memory)(void *to, const void *from, uint64_t length);
	void(EFI_CALL *set_memory)(void *at, uint64_t size, uint8_t value);
};
static_assert(offsetof(struct efi_boot_services, allocate_pages) == 40, "UEFI 2.10, 4.4");
static_assert(offsetof(struct efi_boot_services, get_memory_map) == 56, "UEFI 2.10, 4.4");
static_assert(offsetof(struct efi_boot_services, handle_protocol) == 152, "UEFI 2.10, 4.4");
static_assert(offsetof(struct efi_boot_services, exit_boot_services) == 232, "UEFI 2.10, 4.4");
static_assert(offsetof(struct efi_boot_services, locate_protocol) == 320, "UEFI 2.10, 4.4");
static_assert(offsetof(struct efi_boot_services, copy_memory) == 352, "UEFI 2.10, 4.4");

/* 4.6, EFI_CONFIGURATION_TABLE. */
struct efi_configuration {
	struct efi_guid guid;
	uint64_t table;
};
static_assert(sizeof(struct efi_configuration) == 24, "UEFI 2.10, 4.6");

/* 4.3, EFI_SYSTEM_TABLE. */
struct efi_system {
	uint8_t header[24];
	void *vendor_revision_and_input[4];
	void *output_handle;
	struct efi_text_output *output;
	void *error_and_runtime[3];
	struct efi_boot_services *boot;
	uint64_t configurations;
	const struct efi_configuration *configuration;
};
static_assert(offsetof(struct efi_system, output) == 64, "UEFI 2.10, 4.3");
static_assert(offsetof(struct efi_system, boot) == 96, "UEFI 2.10, 4.3");
static_assert(offsetof(struct efi_system, configuration) == 112, "UEFI 2.10, 4.3");

/* 9.1, EFI_LOADED_IMAGE_PROTOCOL: who has started us, and with what words. */
struct efi_loaded_image {
	void *others[6];
	uint32_t words_size; /* bytes */
	const uint16_t
		*words; /* UCS-2, without a zero at the end where the caller has written none */
};
static_assert(offsetof(struct efi_loaded_image, words) == 56, "UEFI 2.10, 9.1");

/* 12.9, EFI_GRAPHICS_OUTPUT_PROTOCOL: the mode that the firmware, or its user, has set. */
struct efi_graphics_information {
	uint32_t version;
	uint32_t width, height; /* pixels */
	uint32_t format;
	uint32_t masks[4];
	uint32_t pixels_a_line;
};
static_assert(sizeof(struct efi_graphics_information) == 36, "UEFI 2.10, 12.9");

/* Formats of a pixel up to this are 32 bits wide. */
#define EFI_GRAPHICS_32_BITS 1

/* The mode that is set, and where its picture lies. */
struct efi_graphics_mode {
	uint32_t modes, current;
	const struct efi_graphics_information *information;
	uint64_t information_size;
	uint64_t address;
	uint64_t size;
};
static_assert(offsetof(struct efi_graphics_mode, address) == 24, "UEFI 2.10, 12.9");

/* The protocol itself. */
struct efi_graphics {
	void *calls[3];
	const struct efi_graphics_mode *mode;
};

/* The image in virtproof.efi, and where it belongs (efi.S). */
struct efi_image {
	uint64_t place; /* physical */
	uint64_t size;  /* bytes that it takes there, a multiple of a page */
	uint64_t bytes; /* that are to be copied */
	const uint8_t content[];
};

#endif
