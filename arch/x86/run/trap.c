/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts above those of devices (Intel SDM 3A, 11.8 and 11.9): this floor's own are seen to
 * here, a stranger among them is an arrival like any other. Upward: timer and wake-up are nobody's
 * business.
 */
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/interrupt/vectors.h"
#include "arch/x86/run/guard.h"
#include "arch/x86/run/trap.h"

void trap_interrupt(const struct trap_frame *frame)
{
	switch (frame->vector) {
	case VECTOR_SPURIOUS: /* has no in-service bit: an EOI would end somebody else's */
		break;
	case VECTOR_TIMER:
		lapic_end();
		guard_timer_fired(frame);
		break;
	case VECTOR_WAKE: /* it is out of its HLT: that is all */
		lapic_end();
		break;
	case VECTOR_ERROR:
		lapic_error_interrupt();
		break;
	default:
		interrupt_arrived(frame->vector, frame->detail);
	}
}
