/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Access to devices: memory-mapped registers, I/O ports, and the barriers of memory that is shared
 * with a device. Each accessor is exactly one access of exactly its width, by a plain MOV, which
 * every hypervisor's instruction emulator knows. Handler-safe, all of it.
 */
#ifndef ARCH_IO_H
#define ARCH_IO_H

#include "lib/base.h"

/* Reads 1 byte. */
static inline uint8_t read8(const volatile void *address)
{
	uint8_t value;
	__asm__ volatile("movb %1, %0"
			 : "=q"(value)
			 : "m"(*(const volatile uint8_t *)address)
			 : "memory");
	return value;
}

/* Reads 2 bytes, aligned. */
static inline uint16_t read16(const volatile void *address)
{
	uint16_t value;
	__asm__ volatile("movw %1, %0"
			 : "=r"(value)
			 : "m"(*(const volatile uint16_t *)address)
			 : "memory");
	return value;
}

/* Reads 4 bytes, aligned. */
static inline uint32_t read32(const volatile void *address)
{
	uint32_t value;
	__asm__ volatile("movl %1, %0"
			 : "=r"(value)
			 : "m"(*(const volatile uint32_t *)address)
			 : "memory");
	return value;
}

/* Writes 1 byte. */
static inline void write8(volatile void *address, uint8_t value)
{
	__asm__ volatile("movb %1, %0"
			 : "=m"(*(volatile uint8_t *)address)
			 : "q"(value)
			 : "memory");
}

/* Writes 2 bytes, aligned. */
static inline void write16(volatile void *address, uint16_t value)
{
	__asm__ volatile("movw %1, %0"
			 : "=m"(*(volatile uint16_t *)address)
			 : "r"(value)
			 : "memory");
}

/* Writes 4 bytes, aligned. */
static inline void write32(volatile void *address, uint32_t value)
{
	__asm__ volatile("movl %1, %0"
			 : "=m"(*(volatile uint32_t *)address)
			 : "r"(value)
			 : "memory");
}

/* Writes 8 bytes, aligned. */
static inline void write64(volatile void *address, uint64_t value)
{
	__asm__ volatile("movq %1, %0"
			 : "=m"(*(volatile uint64_t *)address)
			 : "r"(value)
			 : "memory");
}

/* Reads 1 byte of a port (SDM 1, chapter 19). */
static inline uint8_t port_read8(uint16_t port)
{
	uint8_t value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

/* Reads 2 bytes. */
static inline uint16_t port_read16(uint16_t port)
{
	uint16_t value;
	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

/* Reads 4 bytes. */
static inline uint32_t port_read32(uint16_t port)
{
	uint32_t value;
	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

/* Writes 1 byte to a port. */
static inline void port_write8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/* Writes 2 bytes. */
static inline void port_write16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/* Writes 4 bytes. */
static inline void port_write32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/*
 * Barriers for ring memory. x86 keeps stores in order and loads in order (SDM 3A, 9.2.2), so the
 * compiler is what must be held back; only a store followed by a load needs the CPU's fence.
 */

/*
 * Everything written before is visible to the device before what is written next (virtio 2.7.13).
 */
static inline void publish(void)
{
	__asm__ volatile("" : : : "memory");
}

/* What is read next is not older than what was read before (virtio 2.7.14). */
static inline void observe(void)
{
	__asm__ volatile("" : : : "memory");
}

/*
 * What was written before is visible before what is read next: between publishing the available
 * index and reading the device's event suppression (virtio 2.7.13.4.1).
 */
static inline void publish_then_observe(void)
{
	__asm__ volatile("mfence" : : : "memory");
}

#endif
