/* SPDX-License-Identifier: BSD-2-Clause */
/* GPUs and VGA (virtio 1.4, 5.7.7): the class of the function, the framebuffer, the registers. */
#include "arch/io.h"
#include "pci/bar.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/device.h"

#define CLASS_DISPLAY 0x03
#define CLASS_VGA     0x00 /* sub-classes of it */
#define CLASS_OTHER   0x80

/* Index registers of the sequencer and of the CRT controller of a VGA. */
#define VGA_SEQUENCER 0x3c4
#define VGA_CRTC      0x3d4

/* Whether an index register keeps an index; it is put back. */
static bool keeps_index(uint16_t port)
{
	uint8_t before = port_read8(port), first, second;

	port_write8(port, 2);
	first = port_read8(port);
	port_write8(port, 1);
	second = port_read8(port);
	port_write8(port, before);
	return first == 2 && second == 1;
}

/* Whether the first pixels of the framebuffer keep what is written; they are put back. */
static bool keeps_pixels(struct pci_function *function)
{
	volatile uint32_t *pixels = (volatile uint32_t *)pci_bar_map(function, 0);
	uint32_t before[2] = {read32(&pixels[0]), read32(&pixels[1])};
	bool kept;

	write32(&pixels[0], 0x11223344);
	write32(&pixels[1], 0x55aa66bb);
	kept = read32(&pixels[0]) == 0x11223344 && read32(&pixels[1]) == 0x55aa66bb;
	write32(&pixels[0], before[0]);
	write32(&pixels[1], before[1]);
	return kept;
}

TEST(gpu, class_tells_of_vga,
     .about =
	     "a GPU of class VGA has a framebuffer and the registers of a VGA, another has class 'other'",
     .type = VIRTIO_TYPE_GPU, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(GPU_VGA_2, GPU_VGA_3, GPU_VGA_4))
{
	struct pci_function *function = virtio_pci(t->device)->function;
	const struct pci_bar *bar = &function->bars[0];
	const uint8_t *class = function->class_code;

	if (class[0] != CLASS_DISPLAY || class[1] != CLASS_VGA) {
		CHECK(t, GPU_VGA_2, class[0] == CLASS_DISPLAY && class[1] == CLASS_OTHER,
		      "the class is %#x, sub-class %#x, neither VGA nor other display", class[0],
		      class[1]);
		return;
	}
	CHECK(t, GPU_VGA_3, bar->present && !bar->io && bar->address && keeps_pixels(function),
	      "class VGA, and region 0 is no memory that keeps what is written");
	CHECK(t, GPU_VGA_4, keeps_index(VGA_SEQUENCER) && keeps_index(VGA_CRTC),
	      "class VGA, and the index registers of a VGA do not keep what is written");
}
