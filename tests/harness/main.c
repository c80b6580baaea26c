/* SPDX-License-Identifier: BSD-2-Clause */
/* Where every way in ends: the platform comes up, devices are found, the plan is run, the run ends. */
#include "arch/clock.h"
#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/findings.h"
#include "arch/hypervisor.h"
#include "arch/interrupt.h"
#include "arch/platform.h"
#include "arch/power.h"
#include "boot/boot_info.h"
#include "lib/string.h"
#include "pci/bus.h"
#include "pci/config.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/plan/selection.h"
#include "tests/harness/report/report.h"
#include "tests/harness/report/trace.h"
#include "tests/harness/subject/subject.h"
#include "virtio/setup.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/registers.h"

#define DEVICES_MOST PCI_FUNCTIONS_MOST

static struct pci_function functions[PCI_FUNCTIONS_MOST];
static struct virtio_pci_device devices[DEVICES_MOST];
static char command_line[BOOT_COMMAND_LINE_SIZE];

/* What the host reads from the exit status. */
enum exit_code { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_ERROR = POWER_CODE_ERROR, EXIT_WARNED = 3 };

static NORETURN void finish(enum verdict worst)
{
	static const enum exit_code codes[] = {
		[VERDICT_PASS] = EXIT_GOOD,   [VERDICT_SKIP] = EXIT_GOOD,
		[VERDICT_WARN] = EXIT_WARNED, [VERDICT_FAIL] = EXIT_FAILED,
		[VERDICT_ERROR] = EXIT_ERROR,
	};

	power_off(options.exit, codes[worst]);
}

/* A run that cannot judge anything. */
static NORETURN void end_in_error(const char *sentence)
{
	struct totals totals = {.verdicts[VERDICT_ERROR] = 1};

	report_note(sentence);
	report_summary(&totals);
	finish(VERDICT_ERROR);
}

static void read_options(const struct boot_info *info)
{
	static const struct format *const formats[] = {&text_format, &tap_format, &json_format};
	static char words[BOOT_COMMAND_LINE_SIZE];
	char message[768];
	bool good;

	copy_string(command_line, sizeof(command_line), info->command_line);
	copy_string(words, sizeof(words), info->command_line);
	good = options_read(words, message, sizeof(message));
	console_select(options.console);
	power_prefer(options.exit);
	platform_prefer_xapic(options.apic == 1);
	report_choose(formats[options.format]);
	/* What was cut off may have been half a word: no complaint about that. */
	if (info->command_line_cut)
		end_in_error("the command line is longer than the 4095 bytes that are read");
	if (!good)
		end_in_error(message);
}

/* What was found out about the platform since the last call. */
static void note_platform_findings(void)
{
	static unsigned told;

	for (; told < platform_findings(); told++)
		report_note(platform_finding(told));
}

static void report_run(const struct boot_info *info)
{
	REPORT("run", NUMBER("schema", REPORT_SCHEMA), TEXT("version", VIRTPROOF_VERSION),
	       TEXT("hypervisor", hypervisor_name()), TEXT("boot", info->entry),
	       TEXT("loader", info->loader), NUMBER("cpus", cpu_count()),
	       NUMBER("tsc_khz", clock_khz()), TEXT("tsc_source", clock_source()),
	       TEXT("interrupt_controller", interrupt_controller()), TEXT("cmdline", command_line),
	       NUMBER("seed", options.seed));
	note_platform_findings();
	if (clock_disagreement())
		report_note(clock_disagreement());
}

static void note_unusable(const struct virtio_device *device)
{
	char sentence[160];

	format_text(sentence, sizeof(sentence),
		    "%s is a virtio-%s device that cannot be driven: %s", device->name,
		    virtio_type_name(device->type), device->problem);
	report_note(sentence);
}

static uint16_t largest_queue(struct virtio_device *device, unsigned queues)
{
	uint16_t most = 0;

	for (unsigned n = 0; n < queues; n++) {
		common_write(device, queue_select, n);
		most = MAXIMUM(most, common_read(device, queue_size));
	}
	return most;
}

static void note_contact(struct subject *subject, struct virtio_device *device)
{
	struct contact *contact = &subject->contact;

	contact->queues = common_read(device, num_queues);
	contact->size_most = largest_queue(device, contact->queues);
}

static void note_findings(const struct pci_function *function)
{
	char address[PCI_ADDRESS_TEXT], sentence[200];

	pci_address_text(function->address, address);
	for (unsigned n = 0; n < function->finding_count; n++) {
		const struct pci_finding *finding = &function->findings[n];

		format_text(sentence, sizeof(sentence), "%s, configuration space at %#x: %s (%#lx)",
			    address, finding->offset, pci_finding_about(finding->kind),
			    finding->value);
		report_note(sentence);
	}
}

/* A device of before virtio 1.0 has none, and nothing here to be judged by. */
static bool claims_virtio_structures(struct pci_function *function)
{
	struct virtio_pci_capability capability;

	return virtio_pci_capability(function, 0, 0, &capability);
}

static void report_device(const struct virtio_device *device)
{
	REPORT("device", TEXT("bdf", device->name), NUMBER("virtio_id", device->type),
	       TEXT("name", virtio_type_name(device->type)),
	       TEXT("transport", device->transport->name),
	       BITS("features_offered", device->offered.words),
	       NUMBER("queues", offered_queues(device)), NUMBER("msix_vectors", device->vectors));
}

static void find_devices(void)
{
	unsigned count;

	if (options.ecam)
		pci_set_ecam_hint(options.ecam);
	count = pci_scan(functions, PCI_FUNCTIONS_MOST);
	note_platform_findings();
	if (pci_left_out())
		report_note("there are more PCI functions than can be looked at");
	for (unsigned n = 0; n < count; n++) {
		struct virtio_device *device = &devices[n].device;

		note_findings(&functions[n]);
		switch (virtio_pci_probe(&functions[n], &devices[n])) {
		case VIRTIO_PCI_NOT_VIRTIO:
			break;
		case VIRTIO_PCI_UNUSABLE:
			note_unusable(device);
			if (claims_virtio_structures(&functions[n])) {
				subject_enrol(device)->unusable = device->problem;
				report_device(device);
			}
			break;
		case VIRTIO_PCI_MODERN:
			device->offered = virtio_read_offer(device);
			note_contact(subject_enrol(device), device);
			report_device(device);
			break;
		}
	}
}

/* A slip in vp.scratch would leave all that writes skipped, unnoticed. */
static void note_scratch(void)
{
	bool found = options.scratch[0] == '\0';

	for_each_device (device)
		found = found || device_is_scratch(device);
	if (!found)
		report_note("vp.scratch names no device that was found");
}

/* What needs no device is done in any number, and nothing else then. */
static void do_without_devices(uint64_t start)
{
	bool done = false;

	for_each_mode (entry) {
		if ((*entry)->needs_no_device && (*entry)->is_asked()) {
			(*entry)->run(start);
			done = true;
		}
	}
	if (done)
		finish(VERDICT_PASS);
}

NORETURN void virtproof_main(struct boot_info *info)
{
	uint64_t start;

	read_options(info);
	platform_start(info, (unsigned)options.cpus);
	start = clock_now();
	do_without_devices(start);
	report_run(info);
	if (options.trace)
		trace_start();
	find_devices();
	if (!subject_first())
		end_in_error("no virtio device was found on PCI that can be driven");
	note_scratch();
	finish(mode_chosen()->run(start));
}
