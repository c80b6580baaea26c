/* SPDX-License-Identifier: BSD-2-Clause */
/* links: virtio/transport/pci/find.c virtio/transport/pci/legacy.c virtio/transport/pci/legacy_registers.c virtio/transport/pci/capability.c pci/msix.c pci/bar.c pci/capability.c pci/config.c pci/function.c */
/* links: selfcheck/unit/fake_pci.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/memory.h"
#include "pci/bar.h"
#include "pci/bus.h"
#include "pci/capability.h"
#include "selfcheck/unit/fake_pci.h"
#include "virtio/transport/find.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/legacy_registers.h"
#include "virtio/transport/pci/transport.h"
#include "virtio/transport.h"

#define BAR_AT  0xfebf0000u
#define COMMON  0x40u
#define NOTIFY  0x50u
#define ISR     0x64u
#define CONFIG  0x74u
#define WINDOW  0x84u
#define REGIONS 0x98u

const struct virtio_transport virtio_pci_transport;
const struct virtio_messages virtio_pci_legacy_messages;
const struct virtio_line virtio_pci_line;
const struct register_road virtio_pci_road;

/* The last access to a register, and what reads there. */
static struct register_access accessed;
static uint64_t register_value;

uint64_t virtio_read(struct virtio_device *of, enum virtio_structure structure, uint32_t offset,
		     unsigned width)
{
	accessed = (struct register_access){of, structure, offset, width};
	return register_value;
}

void virtio_write(struct virtio_device *of, enum virtio_structure structure, uint32_t offset,
		  unsigned width, uint64_t value)
{
	accessed = (struct register_access){of, structure, offset, width};
	register_value = value;
}

uint8_t isr_read(struct virtio_device *of)
{
	return 0;
}

void virtio_pci_look(struct virtio_device *of, struct virtio_snapshot *snapshot)
{
}

void virtio_pci_name_register(const struct register_access *access, struct text *text)
{
}

static uint8_t registers[0x4000];
static bool bar_in_ram;
static struct fake_function *fake;
static struct pci_function function;
static struct virtio_pci_device pci;
static const struct virtio_device *const device = &pci.device;

volatile void *memory_map_device(uint64_t address, uint64_t size)
{
	assert_int_equal(address, BAR_AT);
	assert_int_equal(size, sizeof(registers));
	return bar_in_ram ? NULL : registers;
}

struct pci_function *pci_functions(unsigned *count)
{
	function = fake_opened(fake);
	function.vendor = fake_get16(fake, PCI_VENDOR_ID);
	function.device = fake_get16(fake, PCI_DEVICE_ID);
	function.subsystem = fake_get16(fake, PCI_SUBSYSTEM_ID);
	pci_bars_read(&function);
	*count = 1;
	return &function;
}

unsigned pci_left_out(void)
{
	return 0;
}

/* As the real one: a kind of decoding stays off while a BAR of that kind has no address. */
void pci_enable(const struct pci_function *enabled)
{
	uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_IO;

	for (unsigned bar = 0; bar < PCI_BARS; bar++) {
		if (pci_bar_unassigned(&enabled->bars[bar]))
			command &= enabled->bars[bar].io ? ~PCI_COMMAND_IO : ~PCI_COMMAND_MEMORY;
	}
	pci_write16(enabled, PCI_COMMAND, command);
}

static void put(unsigned at, uint8_t next, uint8_t type, uint8_t bar, uint32_t offset,
		uint32_t length)
{
	uint8_t size =
		type == VIRTIO_PCI_CAP_NOTIFY_CFG || type == VIRTIO_PCI_CAP_PCI_CFG ? 20 : 16;

	fake_capability(fake, at, PCI_CAPABILITY_VENDOR, next);
	fake_put8(fake, at + 2, size);
	fake_put8(fake, at + 3, type);
	fake_put8(fake, at + 4, bar);
	fake_put32(fake, at + 8, offset);
	fake_put32(fake, at + 12, length);
}

/* A device as QEMU makes it, which the tests then break. */
static int setup(void **state)
{
	fake_reset();
	bar_in_ram = false;
	fake = fake_add(NULL, 3, 0);
	fake_bar(fake, 4, FAKE_WIDE | FAKE_PREFETCHABLE, sizeof(registers), BAR_AT);
	put(COMMON, NOTIFY, VIRTIO_PCI_CAP_COMMON_CFG, 4, 0, 0x1000);
	put(NOTIFY, ISR, VIRTIO_PCI_CAP_NOTIFY_CFG, 4, 0x3000, 0x1000);
	fake_put32(fake, NOTIFY + 16, 4);
	put(ISR, CONFIG, VIRTIO_PCI_CAP_ISR_CFG, 4, 0x1000, 0x1000);
	put(CONFIG, WINDOW, VIRTIO_PCI_CAP_DEVICE_CFG, 4, 0x2000, 0x1000);
	put(WINDOW, 0, VIRTIO_PCI_CAP_PCI_CFG, 0, 0, 0);
	return 0;
}

static enum virtio_pci_found probe(void)
{
	unsigned count;

	pci_functions(&count);
	return virtio_pci_probe(&function, &pci);
}

static void refused(const char *problem)
{
	assert_int_equal(probe(), VIRTIO_PCI_UNUSABLE);
	assert_string_equal(device->problem, problem);
	assert_int_equal(fake_bus.misaligned, 0);
}

static const char no_common[] = "no usable common configuration structure";

static void a_device_is_found(void **state)
{
	assert_int_equal(probe(), VIRTIO_PCI_MODERN);
	assert_int_equal(device->type, 2);
	assert_ptr_equal(pci.regions[STRUCTURE_COMMON].mapping, registers);
	assert_ptr_equal(pci.regions[STRUCTURE_NOTIFY].mapping, registers + 0x3000);
	assert_int_equal(pci.notify_off_multiplier, 4);
	assert_int_equal(pci.window, WINDOW);
	assert_int_equal(device->vectors, 0);
}

static void other_functions_are_none(void **state)
{
	static const uint32_t ids[] = {0x10421af5, 0x0fff1af4, 0x10801af4, 0xffffffff};

	for (unsigned n = 0; n < ARRAY_LENGTH(ids); n++) {
		setup(state);
		fake_put32(fake, PCI_VENDOR_ID, ids[n]);
		assert_int_equal(probe(), VIRTIO_PCI_NOT_VIRTIO);
	}
}

static void structures_that_cannot_be_used(void **state)
{
	static const struct {
		uint8_t bar;
		uint32_t offset, length;
	} cases[] = {
		{4, 0x4000, 0x1000},     /* behind the BAR */
		{4, 0x3800, 0x1000},     /* across its end */
		{4, UINT32_MAX, 0x1000}, /* wraps around in 32 bits */
		{4, 0, UINT32_MAX},      /* longer than everything */
		{4, 0, 0},               /* nothing at all */
		{4, 0, 0x20},            /* too short for the fields that all have */
		{3, 0, 0x1000},          /* no BAR there */
		{5, 0, 0x1000},          /* the upper half of one */
		{6, 0, 0x1000},          /* a reserved number */
		{255, 0, 0x1000},        /* likewise */
	};

	for (unsigned n = 0; n < ARRAY_LENGTH(cases); n++) {
		setup(state);
		put(COMMON, NOTIFY, VIRTIO_PCI_CAP_COMMON_CFG, cases[n].bar, cases[n].offset,
		    cases[n].length);
		refused(no_common);
	}
}

static void the_first_usable_one_counts(void **state)
{
	put(WINDOW, 0, VIRTIO_PCI_CAP_COMMON_CFG, 4, 0x2000, 0x40);
	put(COMMON, NOTIFY, VIRTIO_PCI_CAP_COMMON_CFG, 1, 0, 0x1000);
	assert_int_equal(probe(), VIRTIO_PCI_MODERN);
	assert_ptr_equal(pci.regions[STRUCTURE_COMMON].mapping, registers + 0x2000);
	assert_int_equal(pci.common_length, 0x40);
	assert_int_equal(pci.window, 0);
}

static void each_structure_is_needed(void **state)
{
	fake_put8(fake, COMMON + 3, 0x80);
	refused(no_common);
	setup(state);
	fake_put8(fake, NOTIFY + 3, 0x80);
	refused("no usable notification structure");
	setup(state);
	fake_put8(fake, ISR + 3, 0x80);
	refused("no usable ISR status structure");
	setup(state);
	fake_put8(fake, CONFIG + 3, 0x80);
	assert_int_equal(probe(), VIRTIO_PCI_MODERN);
	assert_false(pci.regions[STRUCTURE_DEVICE].present);
}

static void registers_in_ram_are_none(void **state)
{
	bar_in_ram = true;
	refused("a BAR cannot be mapped: it lies in RAM, or beyond what the CPU reaches");
}

static void lists_that_lead_nowhere(void **state)
{
	static const uint8_t pointers[] = {0x00, 0x10, 0x3c, NOTIFY, 0xff, 0xf8};

	for (unsigned n = 0; n < ARRAY_LENGTH(pointers); n++) {
		setup(state);
		fake_put8(fake, PCI_CAPABILITIES_POINTER, pointers[n]);
		assert_int_equal(probe(), VIRTIO_PCI_UNUSABLE);
	}
	setup(state);
	fake_put8(fake, PCI_STATUS, 0);
	refused(no_common);
}

static void a_loop_ends(void **state)
{
	fake_put8(fake, WINDOW + 1, COMMON);
	assert_int_equal(probe(), VIRTIO_PCI_MODERN);
	setup(state);
	fake_put8(fake, COMMON + 1, COMMON);
	refused("no usable notification structure");
}

static void nothing_is_read_past_the_end(void **state)
{
	/* The list leads to a capability whose 16 bytes do not fit, of the type that is wanted. */
	fake_put8(fake, PCI_CAPABILITIES_POINTER, 0xf8);
	fake_put8(fake, 0xf8, PCI_CAPABILITY_VENDOR);
	fake_put8(fake, 0xf9, 0);
	fake_put8(fake, 0xfb, VIRTIO_PCI_CAP_COMMON_CFG);
	refused(no_common);
	/* And a window whose data register does not. */
	setup(state);
	fake_put8(fake, CONFIG + 1, 0xf0);
	put(0xf0, 0, VIRTIO_PCI_CAP_PCI_CFG, 0, 0, 0);
	assert_int_equal(probe(), VIRTIO_PCI_MODERN);
	assert_int_equal(pci.window, 0);
}

/* Port 0 and what follows is the DMA controller, not the device. */
static void a_port_bar_without_address_is_left_alone(void **state)
{
	fake_bar(fake, 2, FAKE_IO, 0x1000, 0);
	put(WINDOW, 0, VIRTIO_PCI_CAP_NOTIFY_CFG, 4, 0x3000, 0x800);
	put(NOTIFY, ISR, VIRTIO_PCI_CAP_NOTIFY_CFG, 2, 0, 0x1000);
	assert_int_equal(probe(), VIRTIO_PCI_MODERN);
	assert_int_equal(pci.regions[STRUCTURE_NOTIFY].bar, 4);
	setup(state);
	fake_bar(fake, 2, FAKE_IO, 0x1000, 0xc000);
	put(NOTIFY, ISR, VIRTIO_PCI_CAP_NOTIFY_CFG, 2, 8, 0x100);
	assert_int_equal(probe(), VIRTIO_PCI_MODERN);
	assert_null(pci.regions[STRUCTURE_NOTIFY].mapping);
	assert_int_equal(pci.regions[STRUCTURE_NOTIFY].port, 0xc008);
}

static void a_bar_without_address_is_told(void **state)
{
	fake_bar(fake, 1, FAKE_MEMORY, 0x1000, 0);
	refused("a BAR has no address, and none is left to give");
}

static void transitional_devices_have_their_type_elsewhere(void **state)
{
	fake_put32(fake, PCI_VENDOR_ID, 0x10011af4);
	fake_put32(fake, PCI_SUBSYSTEM_VENDOR_ID, 0x00041af4);
	assert_int_equal(probe(), VIRTIO_PCI_MODERN);
	assert_int_equal(device->type, 4);
}

/* What a finder said: the first device, and the last. */
static struct {
	struct virtio_device *first, *device;
	const struct virtio_device *passed_over;
	unsigned notes;
} said;

static void note(const char *sentence)
{
	said.notes++;
}

static void say_found(struct virtio_device *found)
{
	if (!said.first)
		said.first = found;
	said.device = found;
}

static void say_passed_over(const struct virtio_device *passed)
{
	said.passed_over = passed;
}

extern const struct virtio_finder *const __start_registry_virtio_finders[];

static void ask_finder_for(bool legacy)
{
	const struct virtio_discovery discovery = {note, say_found, say_passed_over,
						   "",   "",        legacy};

	memset(&said, 0, sizeof(said));
	__start_registry_virtio_finders[0]->find(&discovery);
}

static void ask_finder(void)
{
	ask_finder_for(false);
}

static void the_finder_tells_of_devices(void **state)
{
	ask_finder();
	assert_non_null(said.device);
	assert_null(said.device->problem);
	assert_ptr_equal(said.device->body, &function);
	assert_null(said.passed_over);
}

static void the_finder_tells_of_devices_that_cannot_be_driven(void **state)
{
	put(COMMON, NOTIFY, VIRTIO_PCI_CAP_COMMON_CFG, 1, 0, 0x1000);
	ask_finder();
	assert_non_null(said.device);
	assert_string_equal(said.device->problem, no_common);
}

static void the_finder_passes_over_what_has_no_structures(void **state)
{
	fake_put8(fake, PCI_CAPABILITIES_POINTER, 0);
	ask_finder();
	assert_null(said.device);
	assert_non_null(said.passed_over);
}

/* As QEMU makes it, with an I/O BAR 0. */
static void make_transitional(void)
{
	fake_bar(fake, 0, FAKE_IO, 0x40, 0xc000);
	fake_put32(fake, PCI_VENDOR_ID, 0x10011af4);
	fake_put32(fake, PCI_SUBSYSTEM_VENDOR_ID, 0x00021af4);
	fake_put8(fake, PCI_REVISION_ID, 0);
}

static void a_legacy_device_is_driven_by_its_ports(void **state)
{
	const struct virtio_transport *transport = &virtio_pci_legacy_transport;

	make_transitional();
	fake_put8(fake, PCI_CAPABILITIES_POINTER, 0);
	ask_finder();
	assert_null(said.device->problem);
	assert_ptr_equal(said.device->transport, transport);
	assert_string_equal(said.device->name, "00:03.0");
	assert_int_equal(said.device->traits, DEVICE_OVER_PCI | DEVICE_LEGACY | DEVICE_LEGACY_ID |
						      DEVICE_LEGACY_INTERFACE);
	assert_int_equal(said.device->type, 2);
	assert_int_equal(said.device->ring_alignment, 4096);
	assert_int_equal(virtio_pci(said.device)->regions[STRUCTURE_ISR].port, 0xc013);
	transport->set_queue_area(said.device, AREA_DESCRIPTOR, 0x123000);
	assert_int_equal(accessed.offset, LEGACY_QUEUE_ADDRESS);
	assert_int_equal(accessed.width, 4);
	assert_int_equal(register_value, 0x123);
	transport->set_queue_area(said.device, AREA_DEVICE, 0x456000);
	transport->set_features(said.device, 1, 0x789);
	assert_int_equal(register_value, 0x123);
	assert_int_equal(transport->offered_features(said.device, 1), 0);
	assert_int_equal(transport->offered_features(said.device, 0), 0x123);
	transport->read_config(said.device, 4, 2);
	assert_int_equal(accessed.structure, STRUCTURE_DEVICE);
	assert_int_equal(virtio_pci(said.device)->regions[STRUCTURE_DEVICE].port, 0xc014);
}

static void the_configuration_moves_with_vectors(void **state)
{
	struct virtio_pci_device *legacy;

	make_transitional();
	fake_capability(fake, COMMON, PCI_CAPABILITY_MSIX, 0);
	fake_put16(fake, COMMON + MSIX_CONTROL, 0);
	fake->writable[COMMON + MSIX_CONTROL + 1] = 0xc0;
	fake_put32(fake, COMMON + MSIX_TABLE, 4);
	fake_put32(fake, COMMON + MSIX_PBA, 0x800 + 4);
	ask_finder();
	legacy = virtio_pci(said.device);
	assert_int_equal(said.device->vectors, 1);
	msix_enable(&legacy->msix, true);
	virtio_pci_legacy_transport.read_config(said.device, 0, 1);
	assert_int_equal(legacy->regions[STRUCTURE_DEVICE].port, 0xc018);
	msix_enable(&legacy->msix, false);
	virtio_pci_legacy_transport.write_config(said.device, 0, 1, 0);
	assert_int_equal(legacy->regions[STRUCTURE_DEVICE].port, 0xc014);
}

static void a_transitional_device_has_a_second_face_when_asked(void **state)
{
	make_transitional();
	ask_finder();
	assert_ptr_equal(said.device, said.first);
	assert_ptr_equal(said.device->transport, &virtio_pci_transport);
	ask_finder_for(true);
	assert_ptr_not_equal(said.device, said.first);
	assert_ptr_equal(said.first->transport, &virtio_pci_transport);
	assert_ptr_equal(said.device->transport, &virtio_pci_legacy_transport);
	assert_ptr_equal(said.device->body, said.first->body);
	assert_string_equal(said.device->name, "00:03.0-legacy");
	assert_string_equal(said.device->place, "00:03.0");
	assert_false(virtio_pci(said.device)->regions[STRUCTURE_COMMON].present);
	fake_put8(fake, PCI_REVISION_ID, 1);
	ask_finder_for(true);
	assert_ptr_equal(said.device, said.first);
}

static void what_no_legacy_driver_takes_is_not_driven(void **state)
{
	make_transitional();
	fake_put8(fake, PCI_CAPABILITIES_POINTER, 0);
	fake_put8(fake, PCI_REVISION_ID, 1);
	ask_finder();
	assert_string_equal(said.device->problem,
			    "its revision is not 0, which a legacy driver wants");
	setup(state);
	make_transitional();
	fake_put8(fake, PCI_CAPABILITIES_POINTER, 0);
	fake_bar(fake, 0, FAKE_IO, 0x40, 0);
	ask_finder();
	assert_string_equal(said.device->problem,
			    "its I/O BAR 0 has no address, or is not decoded");
}

/* A region of shared memory: a 64-bit capability, whose id stands behind the BAR. */
static void put_region(unsigned at, uint8_t next, uint8_t id, uint32_t offset, uint32_t length)
{
	put(at, next, VIRTIO_PCI_CAP_SHARED_MEMORY_CFG, 4, offset, length);
	fake_put8(fake, at + 2, sizeof(struct virtio_pci_cap64));
	fake_put8(fake, at + 5, id);
	fake_put32(fake, at + 16, 0);
	fake_put32(fake, at + 20, 0);
}

static void shared_memory_is_found_by_its_id(void **state)
{
	uint64_t address, length;

	put(WINDOW, REGIONS, VIRTIO_PCI_CAP_PCI_CFG, 0, 0, 0);
	put_region(REGIONS, REGIONS + 24, 3, 0x8000, 0x100); /* beyond its BAR */
	put_region(REGIONS + 24, REGIONS + 48, 1, 0x1000, 0x200);
	put_region(REGIONS + 48, 0, 3, 0x3000, 0x300);
	probe();
	assert_true(virtio_pci_shared_memory(&pci.device, 3, &address, &length));
	assert_int_equal(address, BAR_AT + 0x3000);
	assert_int_equal(length, 0x300);
	assert_false(virtio_pci_shared_memory(&pci.device, 2, &address, &length));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_device_is_found, setup),
		cmocka_unit_test_setup(other_functions_are_none, setup),
		cmocka_unit_test_setup(structures_that_cannot_be_used, setup),
		cmocka_unit_test_setup(the_first_usable_one_counts, setup),
		cmocka_unit_test_setup(each_structure_is_needed, setup),
		cmocka_unit_test_setup(registers_in_ram_are_none, setup),
		cmocka_unit_test_setup(lists_that_lead_nowhere, setup),
		cmocka_unit_test_setup(a_loop_ends, setup),
		cmocka_unit_test_setup(nothing_is_read_past_the_end, setup),
		cmocka_unit_test_setup(a_port_bar_without_address_is_left_alone, setup),
		cmocka_unit_test_setup(a_bar_without_address_is_told, setup),
		cmocka_unit_test_setup(transitional_devices_have_their_type_elsewhere, setup),
		cmocka_unit_test_setup(the_finder_tells_of_devices, setup),
		cmocka_unit_test_setup(the_finder_tells_of_devices_that_cannot_be_driven, setup),
		cmocka_unit_test_setup(the_finder_passes_over_what_has_no_structures, setup),
		cmocka_unit_test_setup(a_legacy_device_is_driven_by_its_ports, setup),
		cmocka_unit_test_setup(the_configuration_moves_with_vectors, setup),
		cmocka_unit_test_setup(a_transitional_device_has_a_second_face_when_asked, setup),
		cmocka_unit_test_setup(what_no_legacy_driver_takes_is_not_driven, setup),
		cmocka_unit_test_setup(shared_memory_is_found_by_its_id, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
