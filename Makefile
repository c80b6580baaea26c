# SPDX-License-Identifier: BSD-2-Clause
# virtproof. `make help` lists the targets.

VERSION := 0.1
# What is built: the revision, with "-dirty" where it is not just that; in an archive of 'make dist' it stands in a file.
REVISION := $(shell [ -e .git ] && git describe --always --dirty --abbrev=12 --exclude="*" 2>/dev/null || cat revision 2>/dev/null)

BUILD         ?= build
CROSS_COMPILE ?=
ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin LD),default)
LD := $(CROSS_COMPILE)ld
endif
OBJCOPY ?= $(CROSS_COMPILE)objcopy
HOSTCC  ?= cc

# `make V=1` shows whole commands.
Q   := $(if $(V),,@)
say = $(if $(V),,@printf "  %-7s %s\n" "$(1)" "$(2)")

CLANG := $(findstring clang,$(CC))

# -mgeneral-regs-only and plain x86-64: hypervisors that emulate ring 0 know little else.
CFLAGS := -std=gnu17 -g -ffreestanding -Wall -Wextra -Werror -Wno-missing-field-initializers -Wno-unused-parameter -Wframe-larger-than=3584 -mgeneral-regs-only -mno-red-zone -mskip-rax-setup \
	-march=x86-64 -mcmodel=small -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -fcf-protection=none -fmerge-all-constants \
	-ffile-prefix-map=$(CURDIR)=. -fdebug-prefix-map=$(CURDIR)=.
ifneq ($(CLANG),)
CFLAGS += --target=x86_64-elf -fno-builtin
else
CFLAGS += -fno-tree-loop-distribute-patterns -malign-data=abi
endif
# An instrumented image: its counters leave the guest at the end of the run (arch/x86/board/coverage.c).
ifneq ($(COVERAGE),)
COVERAGE_FLAGS := -fprofile-arcs -ftest-coverage -fprofile-info-section -fprofile-update=atomic
LIBGCOV        := $(shell $(CC) -print-file-name=libgcov.a)
endif
# Small, but for what the benchmarks measure.
FAST := virtio/ring/slots.c tests/bench/load_split.c tests/bench/load_packed.c lib/histogram.c \
	arch/x86/interrupt/vectors.c
# Tables of jumps, and what GCC keeps in registers across calls and takes out of loops, cost more bytes than they save.
SMALL    := -Oz -fno-jump-tables $(if $(CLANG),,-fno-caller-saves -fno-move-loop-invariants)
optimize = $(if $(filter $(FAST),$<),-O2,$(SMALL))
# The user's image; the second one is that and what checks it: saboteurs, tests that go wrong on purpose …
SOURCES := $(sort $(shell find boot arch lib pci virtio tests -name "*.[cS]"))
SECOND  := $(sort $(shell find selfcheck/image -name "*.c"))
CATALOGUES := tests/clauses.tsv
# What only the second one does: the user's image tells who asks for it where to find it.
SELF_CHECKS := $(shell sed -n 's/^MODE.\([a-z]*\),.*/"\1",/p' $(SECOND))

CPPFLAGS := -I. -I$(BUILD) \
	-DSELF_CHECKS='$(SELF_CHECKS)'
LDFLAGS  := -nostdlib -static --build-id=none -z noexecstack --nmagic -T linker.ld

SOURCES := $(filter-out boot/packed.S boot/linux16.S boot/efi.S boot/efi.c $(if $(COVERAGE),,arch/x86/board/coverage.c),$(SOURCES))
# SHARE names another build whose objects are taken, not made again: with COVERAGE the tests, which are not
# reported, else all that is the same whatever else there is.
ifneq ($(SHARE),)
SHARED := $(if $(COVERAGE),$(filter-out tests/harness/%,$(filter tests/%,$(SOURCES)) $(SECOND)),\
	$(filter-out tests/harness/judge/clause.c,$(SOURCES) $(SECOND)))
endif
objects = $(addsuffix .o,$(addprefix $(BUILD)/image/,$(filter-out $(SHARED),$(1))) \
	$(addprefix $(SHARE)/image/,$(filter $(SHARED),$(1))))
OBJECTS        := $(call objects,$(SOURCES))
SECOND_OBJECTS := $(call objects,$(SECOND))

# Tests, device types, saboteurs and eccentrics of a folder outside of the tree (docs/extra.md); what lies in
# its selfcheck/ goes into the second image alone.
override EXTRA := $(patsubst %/,%,$(EXTRA))
ifneq ($(EXTRA),)
EXTRA_SOURCES := $(sort $(shell find $(EXTRA)/ -name "*.c" 2>/dev/null))
ifeq ($(EXTRA_SOURCES),)
$(error EXTRA: $(if $(wildcard $(EXTRA)/.),no C file lies below $(EXTRA),there is no folder $(EXTRA)))
endif
extra_objects = $(patsubst $(EXTRA)/%,$(BUILD)/extra/%.o,$(1))
OBJECTS        += $(call extra_objects,$(filter-out $(EXTRA)/selfcheck/%,$(EXTRA_SOURCES)))
SECOND_OBJECTS += $(call extra_objects,$(filter $(EXTRA)/selfcheck/%,$(EXTRA_SOURCES)))
CATALOGUES     += $(wildcard $(EXTRA)/clauses.tsv)
endif
GENERATED := $(BUILD)/generated/clauses.h $(BUILD)/generated/clauses_table.h \
	$(addprefix $(BUILD)/generated/,driver_clauses.h driver_clause_names.h driver_clauses_table.h)

# What it takes to build, and what besides it takes to test.
BUILD_PACKAGES := gcc make binutils perl lz4
SETUP_PACKAGES := clang lld qemu-system-x86 qemu-utils libcmocka-dev clang-format cppcheck shellcheck lcov \
	grub-common grub-pc-bin grub-efi-amd64-bin xorriso mtools ovmf
# What `make test` runs, in this order, side by side what a + joins, since it waits more than it works;
# host/build.mk adds to it. What takes longer is in `make test-long`.
TEST_TARGETS := all lint unit test-layers test-declarations test-comments test-clang test-uncovered test-safety \
	test-wrong test-dying test-paused+test-root-faults test-trace test-trace-saboteurs test-boot+test-driver \
	test-sabotage+test-eccentrics test-extra+test-peers test-interrupt test-lab test-bench test-others

.PHONY: all
all: $(BUILD)/virtproof.elf $(BUILD)/virtproof.img $(BUILD)/virtproof.efi $(BUILD)/virtproof.iso ## build the program and the image, as ELF file, bzImage, UEFI application and disc (EXTRA=DIR: with what lies there, docs/extra.md)

-include host/build.mk

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- the image ------------------------------------------------------------------------------------

$(BUILD)/clauses: scripts/clauses.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) -std=gnu17 -O2 -Wall -Wextra -Werror $< -o $@

$(BUILD)/generated/clauses.h: $(CATALOGUES) $(BUILD)/clauses $(BUILD)/generated/catalogues
	@mkdir -p $(@D)
	$(Q)$(BUILD)/clauses header $(CATALOGUES) >$@.new && mv $@.new $@

# Clauses keep their texts where a test may print them; tests declare the clauses that they judge.
FEATURES := virtio/feature.h $(wildcard virtio/device/*.h)
CITING := $(sort $(shell find tests selfcheck/image $(EXTRA) -name "*.[ch]"))
$(BUILD)/generated/clauses_table.h: $(CATALOGUES) $(BUILD)/clauses tests/conditions.tsv scripts/judges.pl $(CITING) $(FEATURES) \
		$(addprefix $(BUILD)/generated/,catalogues sources)
	@mkdir -p $(@D)
	$(Q)scripts/judges.pl $(CATALOGUES) $(CITING)
	$(Q)$(BUILD)/clauses table tests/conditions.tsv $(CATALOGUES) $(FEATURES) $(CITING) >$@.new && mv $@.new $@

# The rules for drivers: their ids, their names, their texts.
$(BUILD)/generated/driver_clauses.h: what = header
$(BUILD)/generated/driver_clause_names.h: what = names
$(BUILD)/generated/driver_clauses_table.h: what = table
$(BUILD)/generated/driver_clause%: tests/driver-clauses.tsv scripts/driver-clauses.awk
	@mkdir -p $(@D)
	$(Q)awk -v what=$(what) -f scripts/driver-clauses.awk $< >$@.new && mv $@.new $@

# What says which version it is, and no other, is compiled anew with each revision.
$(BUILD)/generated/version.h: words = \#define VIRTPROOF_VERSION "$(VERSION)$(if $(REVISION), ($(REVISION)))"
$(BUILD)/image/tests/harness/report/platform.c.o: $(BUILD)/generated/version.h
$(BUILD)/image/tests/harness/report/platform.c.o: private CPPFLAGS += -include $(BUILD)/generated/version.h

# Whatever changes the outcome of a compilation or a link, so that it is done anew.
$(BUILD)/image/compile: words = $(CC) $(CFLAGS) $(value optimize) $(SMALL) $(FAST) $(COVERAGE_FLAGS) $(CPPFLAGS)
$(BUILD)/image/link: words = $(LD) $(LDFLAGS) $(LIBGCOV) $(OBJECTS) $(SECOND_OBJECTS)
$(BUILD)/generated/catalogues: words = $(CATALOGUES)
$(BUILD)/generated/sources: words = $(CITING)
$(BUILD)/extra/compile: words = $(CC) $(CFLAGS) $(CPPFLAGS) -I$(EXTRA)
$(BUILD)/unit/compile: words = $(HOSTCC) $(UNIT_FLAGS)
$(addprefix $(BUILD)/,generated/version.h image/compile image/link generated/catalogues generated/sources extra/compile unit/compile): force
	@mkdir -p $(@D)
	@echo '$(words)' | cmp -s - $@ || echo '$(words)' >$@
.PHONY: force

compile = $(Q)$(CC) $(CFLAGS) $(optimize) $(CPPFLAGS) $(1) -MMD -MP -c $< -o $@

$(BUILD)/image/%.c.o: %.c $(BUILD)/image/compile | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(call compile,$(if $(filter arch/x86/board/coverage.c,$<),,$(COVERAGE_FLAGS)))

$(BUILD)/extra/%.c.o: $(EXTRA)/%.c $(BUILD)/extra/compile | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(call compile,-I$(EXTRA))

$(BUILD)/image/%.S.o: %.S $(BUILD)/image/compile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(filter-out -std=%,$(CFLAGS)) $(CPPFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/virtproof.debug.elf: $(OBJECTS)
$(BUILD)/virtproof-selfcheck.debug.elf: $(OBJECTS) $(SECOND_OBJECTS)

$(BUILD)/virtproof.debug.elf $(BUILD)/virtproof-selfcheck.debug.elf: linker.ld $(BUILD)/image/link
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIBGCOV)

# All but what runs before it is unpacked comes packed; `lz4 -l` puts 8 bytes before the one block.
.SECONDARY: $(BUILD)/virtproof.flat $(BUILD)/virtproof-selfcheck.flat
$(BUILD)/%.elf: $(BUILD)/%.debug.elf boot/packed.S boot/packed.ld $(BUILD)/image/compile
	$(Q)$(OBJCOPY) -O binary -j .boot $< $(BUILD)/$*.boot
	$(Q)$(OBJCOPY) -O binary -j .note.Xen --set-section-flags .note.Xen=alloc,load $< $(BUILD)/$*.note
	$(Q)$(OBJCOPY) -O binary -R .boot -R .note.Xen $< $(BUILD)/$*.unpacked
	$(Q)lz4 -q -f -l --best $(BUILD)/$*.unpacked $(BUILD)/$*.lz4
	$(Q)tail -c +9 $(BUILD)/$*.lz4 >$(BUILD)/$*.packed
	$(Q)$(CC) $(filter-out -std=% -g,$(CFLAGS)) -DBOOT='"$(BUILD)/$*.boot"' -DNOTE='"$(BUILD)/$*.note"' \
		-DPACKED='"$(BUILD)/$*.packed"' -c boot/packed.S -o $(BUILD)/$*.packed.o
	$(Q)$(LD) -nostdlib -static -s --build-id=none -z noexecstack $(if $(findstring lld,$(LD)),,--no-warn-rwx-segments) --nmagic -T boot/packed.ld \
		--just-symbols=$< -o $@ $(BUILD)/$*.packed.o
	@echo "$@: $$(wc -c <$@) bytes, $$(wc -c <$(BUILD)/$*.unpacked) of them packed into $$(wc -c <$(BUILD)/$*.packed)"

# The same bytes behind a header that makes the file an ELF file and a bzImage at once.
$(BUILD)/%.flat: $(BUILD)/%.elf
	$(Q)$(OBJCOPY) -O binary $< $@

$(BUILD)/%.img: boot/linux16.S boot/bzimage.ld $(BUILD)/%.flat $(BUILD)/image/compile $(BUILD)/generated/version.h
	$(Q)$(CC) $(filter-out -std=%,$(CFLAGS)) $(CPPFLAGS) -include $(BUILD)/generated/version.h -DIMAGE='"$(BUILD)/$*.flat"' -c $< -o $(BUILD)/$*.setup.o
	$(Q)$(LD) -nostdlib -T boot/bzimage.ld --just-symbols=$(BUILD)/$*.debug.elf --oformat binary \
		-o $@ $(BUILD)/$*.setup.o
	@echo "$@: $$(wc -c <$@) bytes"

# An application of UEFI, with the same bytes in it. Its code is position independent.
$(BUILD)/image/boot/efi.c.o: private CFLAGS += -fpie
$(BUILD)/%.efi: boot/efi.S boot/efi.ld $(BUILD)/%.flat $(BUILD)/image/boot/efi.c.o
	@! nm -u $(BUILD)/image/boot/efi.c.o | grep -vE " efi_(enter|image)$$" || { echo "boot/efi.c: what it calls is in the image"; exit 1; }
	$(Q)$(CC) $(filter-out -std=%,$(CFLAGS)) -DIMAGE='"$(BUILD)/$*.flat"' -c $< -o $(BUILD)/$*.efi.o
	$(Q)$(LD) -nostdlib -T boot/efi.ld --just-symbols=$(BUILD)/$*.debug.elf --oformat binary \
		-o $@ $(BUILD)/$*.efi.o $(BUILD)/image/boot/efi.c.o
	@echo "$@: $$(wc -c <$@) bytes"

# Where the tools for it are not at hand, it is left out.
$(BUILD)/virtproof.iso: $(BUILD)/virtproof.img boot/grub.cfg scripts/iso.sh
	@scripts/iso.sh $@ $(BUILD)/virtproof.img boot/grub.cfg

-include $(OBJECTS:.o=.d) $(SECOND_OBJECTS:.o=.d) $(BUILD)/image/boot/efi.c.d

# ---- running --------------------------------------------------------------------------------------

.PHONY: setup setup-build
setup: ## install what is missing (Debian, Ubuntu)
	@scripts/setup.sh $(sort $(BUILD_PACKAGES) $(SETUP_PACKAGES))

setup-build: ## the same, but only what it takes to build
	@scripts/setup.sh $(sort $(BUILD_PACKAGES))

.PHONY: run
run: all ## judge the devices of a QEMU that is started for it (RUN="options of virtproof run")
	@$(BUILD)/virtproof run $(RUN)

.PHONY: test
test: ## all tests; the last line is the sum
	@MAKE="$(MAKE)" scripts/test.sh $(TEST_TARGETS)

.PHONY: test-long
test-long: ## what takes too long for each change: coverage, root faults on all types, builds that are the same, the trace of QEMU, the Debian package
	@MAKE="$(MAKE)" scripts/test.sh test-coverage test-reproducible test-all-root-faults test-qemu-trace test-package

# ---- who tests the tests ----------------------------------------------------------------------------

.PHONY: coverage-clauses
coverage-clauses: all ## docs/coverage.md: which clauses runs on QEMU judge
	@selfcheck/clauses/coverage.sh $(BUILD) docs/coverage.md

.PHONY: test-uncovered
test-uncovered: $(BUILD)/virtproof.elf ## docs/uncovered.md explains each clause that no test judges
	@selfcheck/clauses/uncovered.sh $(BUILD)

.PHONY: test-safety
test-safety: $(BUILD)/virtproof.elf ## disks that are not scratch stay as they are
	@selfcheck/safety/readonly.sh $(BUILD)

.PHONY: test-peers
test-peers: $(BUILD)/virtproof.elf ## network and console devices with somebody at the other end
	@selfcheck/peers/run.sh $(BUILD)

.PHONY: test-others
test-others: $(BUILD)/virtproof.elf $(BUILD)/virtproof ## implementations other than this QEMU violate what is known of them
	@selfcheck/others/run.sh $(BUILD)

.PHONY: test-others-all
test-others-all: $(BUILD)/virtproof.elf $(BUILD)/virtproof ## the same, and those first built or fetched that crates and packages are there for (minutes)
	@selfcheck/host/setup.sh libcap-ng-dev libseccomp-dev
	@selfcheck/others/run.sh $(BUILD) all

.PHONY: test-sabotage
test-sabotage: $(BUILD)/virtproof-selfcheck.elf $(BUILD)/virtproof ## every saboteur (SABOTEURS=globs) must be found out by the tests
	@selfcheck/sabotage/run.sh $(BUILD) '$(or $(SABOTEURS),*)'

.PHONY: test-eccentrics
test-eccentrics: $(BUILD)/virtproof-selfcheck.elf $(BUILD)/virtproof ## no eccentric (ECCENTRICS=globs) may be accused (ALL=1: by anything)
	@selfcheck/eccentric/run.sh $(BUILD) '$(or $(ECCENTRICS),*)' $(if $(ALL),vp.everywhere)

.PHONY: test-extra
test-extra: $(BUILD)/virtproof.elf $(BUILD)/virtproof-selfcheck.elf ## the example of docs/extra.md is built from outside of the tree, and does what it says
	@selfcheck/extra/run.sh $(BUILD)

.PHONY: test-driver
test-driver: $(BUILD)/virtproof-selfcheck.elf $(BUILD)/virtproof ## the driver of the suite keeps the rules for drivers, but where a test declares it
	@selfcheck/driver/run.sh $(BUILD)

.PHONY: test-all-root-faults
test-all-root-faults: $(BUILD)/virtproof-selfcheck.elf ## each root fault on each type of device
	@selfcheck/root-faults/run.sh $(BUILD) all

.PHONY: test-root-faults
test-root-faults: $(BUILD)/virtproof-selfcheck.elf ## each root fault (ROOT_DEVICE=type: on one) is told once, and nothing under another name
	@selfcheck/root-faults/run.sh $(BUILD) $(ROOT_DEVICE)

.PHONY: test-interrupt
test-interrupt: all ## the interrupt suite over all variants, and a part of it through KVM
	@selfcheck/interrupt/run.sh $(BUILD)

.PHONY: test-lab
test-lab: $(BUILD)/virtproof $(BUILD)/virtproof.elf $(BUILD)/virtproof.catalogue ## the figures of the interrupt lab are consistent in themselves
	@selfcheck/bench/lab.sh $(BUILD)

.PHONY: compare-repeat
compare-repeat: $(BUILD)/virtproof $(BUILD)/virtproof-selfcheck.elf ## how often compare --run finds what is planted, and what is not: COMPARISONS of each
	@selfcheck/bench/planted.sh $(BUILD) $(or $(COMPARISONS),20)

.PHONY: lab-repeat
lab-repeat: $(BUILD)/virtproof.elf ## how far the medians of five runs of the interrupt lab are apart
	@selfcheck/bench/repeat.sh $(BUILD)

# ACPI tables for machines that have none.
TABLES := $(addprefix $(BUILD)/,lies hpet segments)
$(BUILD)/acpi-tables: selfcheck/boot/acpi_tables.c
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu17 -O1 -Wall -Wextra -Werror $< -o $@

$(TABLES): $(BUILD)/acpi-tables
	$(Q)$< $(@F) $@

# Enters the image as other loaders do.
$(BUILD)/handoff.elf: selfcheck/boot/handoff.S selfcheck/boot/handoff.ld
	$(Q)$(CC) $(filter-out -std=%,$(CFLAGS)) -c $< -o $(BUILD)/handoff.o
	$(Q)$(LD) -nostdlib -static --build-id=none --nmagic -T selfcheck/boot/handoff.ld -o $@ $(BUILD)/handoff.o

.PHONY: test-boot
test-boot: $(BUILD)/virtproof.elf $(BUILD)/virtproof.img $(BUILD)/virtproof.efi $(BUILD)/virtproof.iso $(BUILD)/virtproof.flat $(BUILD)/handoff.elf $(TABLES) ## the image boots on machines of all kinds (BOOTS=pattern)
	@selfcheck/boot/matrix.sh $(BUILD) '$(or $(BOOTS),.)'

.PHONY: test-trace
test-trace: $(BUILD)/virtproof.elf ## vp.trace says what QEMU's own trace says
	@selfcheck/trace/compare.sh $(BUILD)

.PHONY: test-trace-saboteurs
test-trace-saboteurs: $(BUILD)/virtproof-selfcheck.elf ## vp.trace goes on while saboteurs come and go
	@selfcheck/trace/saboteurs.sh $(BUILD)

.PHONY: test-qemu-trace
test-qemu-trace: $(BUILD)/virtproof.elf ## kicks and interrupts went the way they should, by the trace of QEMU
	@selfcheck/trace/paths.sh $(BUILD)

.PHONY: test-wrong
test-wrong: $(BUILD)/virtproof.elf $(BUILD)/virtproof-selfcheck.elf ## tests that go wrong on purpose are reported as such
	@selfcheck/wrong/run.sh $(BUILD)

.PHONY: test-paused
test-paused: $(BUILD)/virtproof-selfcheck.elf ## no verdict comes of a machine that is paused
	@selfcheck/wrong/paused.sh $(BUILD)

.PHONY: test-dying
test-dying: $(BUILD)/virtproof-selfcheck.elf ## a device that dies is accused once, and of nothing that follows
	@selfcheck/wrong/dying.sh $(BUILD)

.PHONY: test-bench
test-bench: $(BUILD)/virtproof.elf ## the throughput benchmarks run, and their figures are possible
	@selfcheck/bench/run.sh $(BUILD)

# ---- unit tests on the host -----------------------------------------------------------------------

UNIT_TESTS := $(patsubst selfcheck/unit/%.c,$(BUILD)/unit/%,$(wildcard selfcheck/unit/test_*.c))
UNIT_FLAGS := -std=gnu17 -g -O1 -Wall -Wextra -Werror -Wno-unused-parameter -fsanitize=address,undefined \
	-fno-sanitize-recover=all
ifneq ($(UNIT_COVERAGE),)
UNIT_FLAGS := -std=gnu17 -g -O0 --coverage
endif

# The first lines of a unit test name the sources that it is linked with: "links: lib/string.c …".
unit_links = $(shell sed -n 's,.*links: *\([^*]*\).*,\1,p' $(1))

$(BUILD)/unit/objects/%.o: % $(BUILD)/unit/compile | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(UNIT_FLAGS) -I. -I$(BUILD) -MMD -MP -c $< -o $@

.SECONDEXPANSION:
$(UNIT_TESTS): $(BUILD)/unit/%: $(BUILD)/unit/objects/selfcheck/unit/%.c.o $$(foreach s,$$(call unit_links,selfcheck/unit/$$*.c),$(BUILD)/unit/objects/$$(s).o)
	$(Q)$(HOSTCC) $(UNIT_FLAGS) $^ -lcmocka -o $@

-include $(shell find $(BUILD)/unit/objects -name '*.d' 2>/dev/null)

.PHONY: unit
unit: $(UNIT_TESTS) ## the unit tests on the host
	@selfcheck/unit/run.sh $(UNIT_TESTS)

# ---- the build itself -----------------------------------------------------------------------------

.PHONY: test-layers
test-layers: $(OBJECTS) $(SECOND_OBJECTS) $(host_objects) ## what does not keep to the floor plan is refused
	@CC="$(CC)" selfcheck/build/layers.sh $(BUILD)

.PHONY: test-declarations
test-declarations: $(BUILD)/clauses ## clauses that tests judge undeclared, and conditions that nobody knows, end the build
	@selfcheck/build/declarations.sh $(BUILD)

.PHONY: test-comments
test-comments: ## a header without comments is refused
	@selfcheck/build/comments.sh

.PHONY: test-clang
test-clang: ## build the image with clang and lld
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/clang CC=clang LD=ld.lld $(BUILD)/clang/virtproof.elf \
		$(BUILD)/clang/virtproof.img $(BUILD)/clang/virtproof.efi

.PHONY: test-reproducible
test-reproducible: ## two builds in two folders are the same, bit by bit
	@scripts/reproducible.sh $(BUILD)

# ---- coverage of the image itself -------------------------------------------------------------------

$(BUILD)/coverage-unpack: selfcheck/coverage/unpack.c
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu17 -O1 -Wall -Wextra -Werror $< -o $@

# The tests of devices are taken from the ordinary build: they are judged by saboteurs.
.PHONY: coverage-images
coverage-images: $(BUILD)/virtproof.elf $(BUILD)/virtproof-selfcheck.elf $(BUILD)/coverage-unpack $(BUILD)/lies
	+@$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage COVERAGE=1 SHARE=$(BUILD) $(BUILD)/coverage/virtproof.elf \
		$(BUILD)/coverage/virtproof-selfcheck.elf

.PHONY: coverage
coverage: coverage-images ## lines and branches of the image that the tests execute, as HTML
	+@MAKE="$(MAKE)" scripts/coverage.sh $(BUILD)

.PHONY: test-coverage
test-coverage: coverage-images ## the same in less time, with fewer runs
	+@MAKE="$(MAKE)" scripts/coverage.sh $(BUILD) quick

# ---- lint -----------------------------------------------------------------------------------------

C_FILES = $(shell git ls-files '*.c' '*.h')
SOURCE_FILES = $(C_FILES) $(shell git ls-files '*.S')

.PHONY: format
format: ## put every C file into the project's style
	$(Q)clang-format -i $(C_FILES)

.PHONY: check-layers
check-layers: $(OBJECTS) $(SECOND_OBJECTS) $(host_objects) ## the floor plan; fails where an include or a call does not keep to it
	@perl scripts/check-layers.pl $(BUILD)

.PHONY: lint
lint: $(OBJECTS) $(SECOND_OBJECTS) $(host_objects) ## style, layers, static analysis
	$(Q)perl scripts/check-layers.pl -q $(BUILD)
	$(Q)perl scripts/check-comments.pl $(SOURCE_FILES)
	$(Q)perl scripts/check-reading.pl
	$(Q)shellcheck -S warning $$(git ls-files '*.sh' .ci/run scripts/virtproof.bash)
	$(Q)clang-format --dry-run --Werror $(C_FILES)
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,portability \
		--suppress=missingInclude --suppress=comparePointers -I. -I$(BUILD) boot arch lib pci virtio tests/harness

.PHONY: clean
clean: ## remove everything that was built
	rm -rf $(BUILD)
