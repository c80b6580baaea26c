/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of the interrupt pin and the ISR status. */
#include "arch/clock.h"
#include "arch/interrupt.h"
#include "arch/wait.h"
#include "pci/config.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"

static uint8_t sticky;
static bool disabled;

static void start(struct virtio_device *device)
{
	hand_start(device);
	sticky = 0;
	disabled = false;
}

static uint64_t keep_isr(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	if (access->structure != STRUCTURE_ISR)
		return value;
	sticky |= (uint8_t)value;
	return sticky;
}

SABOTEUR(isr_not_cleared, .about = "reading the ISR status does not clear it",
	 BREAKS(CLAUSE_PCI_ISR_7), .start = start, .onlooker.read = keep_isr);

static uint64_t hide_queue_bit(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	return access->structure == STRUCTURE_ISR ? value & ~(uint64_t)VIRTIO_INTERRUPT_USED
						  : value;
}

SABOTEUR(isr_without_queue_bit,
	 .about = "the pin is raised without the queue bit in the ISR status",
	 BREAKS(CLAUSE_PCI_ISR_3), .start = start, .onlooker.read = hide_queue_bit);

static uint64_t set_reserved_bit(struct onlooker *self, const struct register_access *access,
				 uint64_t value)
{
	return access->structure == STRUCTURE_ISR && value ? value | BIT(2) : value;
}

SABOTEUR(isr_reserved_bit, .about = "a reserved bit of the ISR status is set",
	 BREAKS(CLAUSE_PCI_ISR_TXT_3), .start = start, .onlooker.read = set_reserved_bit);

/* An edge interrupts once: the line is closed at the first arrival. */
static bool pass_once(struct onlooker *self, unsigned vector)
{
	if (victim_queue(vector) && victim->mode == INTERRUPT_INTX)
		interrupt_mask_line(victim->line);
	return true;
}

SABOTEUR(pin_is_an_edge, .about = "the pin interrupts once and not as long as it should be up",
	 BREAKS(CLAUSE_PCI_ISR_5), .start = start, .onlooker.arrival = pass_once);

static bool stays_up; /* though the ISR status was read */

/* While the driver waits: a level interrupts again and again. */
static void go_on_interrupting(void)
{
	for (unsigned n = 0; stays_up && n < 4; n++) {
		interrupt_send(0, victim_vector());
		clock_spin(2000);
	}
}

static void start_level(struct virtio_device *device)
{
	start(device);
	stays_up = false;
	wait_in_company(go_on_interrupting);
}

static void stop_level(struct virtio_device *device)
{
	wait_in_company(NULL);
}

static uint64_t raise_after_read(struct onlooker *self, const struct register_access *access,
				 uint64_t value)
{
	if (access->structure == STRUCTURE_ISR && access->device->mode == INTERRUPT_INTX &&
	    victim_vector())
		stays_up = true;
	return value;
}

SABOTEUR(pin_stays_after_isr_read, .about = "the pin stays up when the ISR status was read",
	 BREAKS(CLAUSE_PCI_ISR_TXT_4), .tests = "interrupt.pin_is_a_level", .start = start_level,
	 .onlooker.read = raise_after_read, .stop = stop_level);

static bool swallow_interrupt_disable(struct onlooker *self, const struct pci_function *function,
				      unsigned offset, unsigned width, uint32_t *value)
{
	if (offset == PCI_COMMAND) {
		disabled = *value & PCI_COMMAND_INTERRUPT_DISABLE;
		*value &= ~PCI_COMMAND_INTERRUPT_DISABLE;
	}
	return true;
}

static uint32_t show_interrupt_disable(struct onlooker *self, const struct pci_function *function,
				       unsigned offset, unsigned width, uint32_t value)
{
	return offset == PCI_COMMAND && disabled ? value | PCI_COMMAND_INTERRUPT_DISABLE : value;
}

SABOTEUR(interrupt_disable_ignored, .about = "Interrupt Disable does nothing",
	 BREAKS(CLAUSE_PCI_ISR_6), .start = start,
	 .onlooker.config_write = swallow_interrupt_disable,
	 .onlooker.config_read = show_interrupt_disable);

static uint32_t hide_interrupt_status(struct onlooker *self, const struct pci_function *function,
				      unsigned offset, unsigned width, uint32_t value)
{
	return offset == PCI_STATUS ? value & ~PCI_STATUS_INTERRUPT : value;
}

SABOTEUR(interrupt_status_stuck_at_0, .about = "Interrupt Status never shows an interrupt",
	 BREAKS(CLAUSE_PCI_ISR_4), .start = start, .onlooker.config_read = hide_interrupt_status);
