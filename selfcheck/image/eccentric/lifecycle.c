/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that show in what is allowed that the machine was paused, restored or migrated. They act with the host's help alone. */
#include "arch/cpu.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "pci/msix.h"
#include "tests/harness/drive/lifecycle.h"
#include "virtio/transport/pci/device.h"
#include "virtio/transport/pci/registers.h"

static unsigned events; /* when the device was fresh */

static void start(struct virtio_device *device)
{
	hand_start(device);
	events = lifecycle_events();
}

static bool has_happened(void)
{
	return lifecycle_events() != events;
}

/* By a message more for each, unless its entry is masked. */
static void tell_again(struct virtqueue *queue, struct used_element *element)
{
	if (!has_happened() || !queue->vector || queue->entry >= victim->vectors ||
	    msix_entry_masked(&virtio_pci(victim)->msix, queue->entry) ||
	    msix_function_masked(&virtio_pci(victim)->msix))
		return;
	acts();
	hand_send(queue->cpu, queue->vector);
}

ECCENTRIC(ok_lifecycle_tells_again,
	  .about = "once the machine was paused or moved each buffer is told of twice",
	  ALLOWED("2.7.7.1", "The driver MUST handle spurious notifications from the device."),
	  .tests = "lifecycle.*", .start = start, .used_element = tell_again);

static uint64_t change_configuration(struct onlooker *self, const struct register_access *access,
				     uint64_t value)
{
	if (!has_happened())
		return value;
	if (is_common(access, config_generation))
		return (uint8_t)(value + 1);
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	acts();
	return value ^ 1;
}

ECCENTRIC(ok_lifecycle_changes_configuration,
	  .about = "once the machine was paused or moved the configuration is another, of another "
		   "generation",
	  ALLOWED("2.5",
		  "a generation count ..., which will change whenever there is a possibility "
		  "that two accesses ... can see different versions of that space"),
	  .devices = "blk,net", .tests = "lifecycle.registers*", .start = start,
	  .onlooker.read = change_configuration);
