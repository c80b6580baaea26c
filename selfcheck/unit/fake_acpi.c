/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/unit/fake_acpi.h"

#include <string.h>

void fake_rsdp(uint64_t address, unsigned revision, uint32_t rsdt, uint64_t xsdt)
{
	uint8_t rsdp[36] = "RSD PTR ";
	uint32_t length = sizeof(rsdp);

	rsdp[15] = revision;
	memcpy(rsdp + 16, &rsdt, 4);
	fake_firmware_fix_sum(rsdp, 20, 8);
	if (revision >= 2) {
		memcpy(rsdp + 20, &length, 4);
		memcpy(rsdp + 24, &xsdt, 8);
		fake_firmware_fix_sum(rsdp, 36, 32);
	}
	fake_firmware_put(address, rsdp, revision >= 2 ? 36 : 20);
}

uint8_t *fake_rsdt(uint32_t a, uint32_t b)
{
	const uint32_t entries[] = {a, b};

	return fake_firmware_put_table(FAKE_ROOT, "RSDT", entries, sizeof(entries));
}

uint8_t *fake_xsdt(uint64_t a, uint64_t b)
{
	const uint64_t entries[] = {a, b};

	return fake_firmware_put_table(FAKE_ROOT, "XSDT", entries, sizeof(entries));
}

const struct acpi_table *fake_table(const char signature[4], const void *body, size_t size)
{
	static struct acpi_table table;

	table.bytes = fake_firmware_put_table(FAKE_TABLE, signature, body, size);
	table.length = 36 + size;
	return &table;
}
