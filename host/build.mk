# SPDX-License-Identifier: BSD-2-Clause
# The program on the host, what is built into it, and its tests.

HOST_CFLAGS  ?= -O2 -g
HOST_LDFLAGS ?=

BUILD_PACKAGES += pkg-config libglib2.0-dev libglib2.0-dev-bin libjson-glib-dev
SETUP_PACKAGES += libxml2-utils jq procps
TEST_TARGETS += test-host

host_packages := gio-unix-2.0 json-glib-1.0
host_flags = -std=gnu17 -D_GNU_SOURCE -ffile-prefix-map=$(CURDIR)=. -Wall -Wextra -Werror -Wno-unused-parameter -I. -MMD -MP \
	$(shell pkg-config --cflags $(host_packages))
host_libraries = $(shell pkg-config --libs $(host_packages)) -lm

host_sources := $(wildcard host/*/*.c)
host_page := $(wildcard host/report/html/*) $(wildcard host/report/vendor/uplot/uPlot.*)
host_data := $(wildcard host/vmm/*.ini) $(host_page)
host_objects := $(host_sources:host/%.c=$(BUILD)/host/%.o) $(BUILD)/host/data.o

all: $(BUILD)/virtproof $(BUILD)/virtproof.gdb $(BUILD)/virtproof.catalogue

$(BUILD)/host/command/main.o: $(BUILD)/generated/version.h
$(BUILD)/host/command/main.o: private host_flags += -include $(BUILD)/generated/version.h

# Descriptors and the parts of the HTML report are built into the program.
host_parts = $(foreach f,$(1),$(2)/$(notdir $f) $f)

$(BUILD)/host/data.xml: $(host_data) host/build.mk
	@mkdir -p $(@D)
	$(Q){ printf '<gresources><gresource prefix="/virtproof">'; \
	  printf '<file alias="%s">%s</file>' $(call host_parts,$(filter host/vmm/%,$(host_data)),vmm) \
	    $(call host_parts,$(host_page),html); \
	  printf '</gresource></gresources>\n'; } > $@

$(BUILD)/host/data.c: $(BUILD)/host/data.xml
	$(Q)glib-compile-resources --sourcedir=. --generate-source --target=$@ $<

$(BUILD)/host/data.o: $(BUILD)/host/data.c
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $(host_flags) -c -o $@ $<

$(BUILD)/host/%.o: host/%.c host/build.mk
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $(host_flags) -c -o $@ $<

$(BUILD)/virtproof: $(host_objects)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $(HOST_LDFLAGS) -o $@ $(host_objects) $(host_libraries)

# Beside the image, where the program finds both.
$(BUILD)/virtproof.gdb: scripts/virtproof.gdb
	$(Q)cp $< $@

# What the image can judge, as the program and its user want to know it without booting it.
$(BUILD)/catalogue: catalogue/catalogue.c $(GENERATED)
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) -std=gnu17 -O1 -Wall -Wextra -Werror -Wno-unused-parameter -I. -I$(BUILD) \
		-MMD -MF $(BUILD)/host/catalogue.d $< -o $@

$(BUILD)/%.catalogue: $(BUILD)/%.debug.elf $(BUILD)/catalogue tests/sections.tsv $(CATALOGUES)
	$(Q)$(BUILD)/catalogue $< tests/sections.tsv $(CATALOGUES) >$@.new && mv $@.new $@

# A VMM that is none, for the tests of the program.
$(BUILD)/host/stand-in: selfcheck/host/stand_in.c
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $(host_flags) -o $@ $<

# Unit tests: everything but the command line, with sanitizers.
host_unit_flags := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
host_unit_sources := $(filter-out host/command/%,$(host_sources))
host_unit_objects := $(host_unit_sources:host/%.c=$(BUILD)/host/unit/%.o)
host_units := $(patsubst selfcheck/host/%.c,$(BUILD)/host/%,$(wildcard selfcheck/host/unit_*.c))

$(BUILD)/host/unit/%.o: host/%.c host/build.mk
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(host_unit_flags) $(host_flags) -c -o $@ $<

$(BUILD)/host/unit_%: selfcheck/host/unit_%.c selfcheck/host/make_job.c $(host_unit_objects)
	$(call say,HOSTCC,$<)
	$(Q)$(HOSTCC) $(host_unit_flags) $(host_flags) -o $@ $(filter %.c %.o,$^) $(host_libraries) -lcmocka

# The record parser under libFuzzer, which takes what is found into build/host/corpus.
FUZZ_SECONDS ?= 300
.PHONY: fuzz-records
fuzz-records: $(BUILD)/host/fuzz-records ## fuzz the record parser for FUZZ_SECONDS
	@mkdir -p $(BUILD)/host/corpus
	$< -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -print_final_stats=1 \
		-dict=selfcheck/fuzz/records.dict $(BUILD)/host/corpus selfcheck/fuzz/corpus

$(BUILD)/host/fuzz-records: selfcheck/fuzz/records.c $(wildcard host/record/*.c)
	@mkdir -p $(@D)
	$(Q)clang -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -g \
		$(filter-out -MMD -MP,$(host_flags)) -o $@ $^ $(host_libraries)

# The charting library of the HTML report, with its licence, as the npm registry has it.
UPLOT_VERSION := 1.6.32
.PHONY: vendor-charts
vendor-charts: ## fetch the charting library of the HTML report anew
	@mkdir -p $(BUILD)/vendor host/report/vendor/uplot
	cd $(BUILD)/vendor && npm pack --silent uplot@$(UPLOT_VERSION)
	tar -xzf $(BUILD)/vendor/uplot-$(UPLOT_VERSION).tgz -C host/report/vendor/uplot --strip-components=1 \
		package/LICENSE
	tar -xzf $(BUILD)/vendor/uplot-$(UPLOT_VERSION).tgz -C host/report/vendor/uplot --strip-components=2 \
		package/dist/uPlot.iife.min.js package/dist/uPlot.min.css

.SECONDARY: $(host_unit_objects)

.PHONY: test-host
test-host: $(BUILD)/virtproof $(BUILD)/virtproof.elf $(BUILD)/virtproof.catalogue $(BUILD)/host/stand-in $(host_units) ## the tests of the program on the host
	@selfcheck/host/setup.sh chromium parallel openssh-server zsh $(if $(shell command -v npm),,npm)
	@selfcheck/host/run.sh $(BUILD)

-include $(wildcard $(BUILD)/host/*.d $(BUILD)/host/*/*.d $(BUILD)/host/unit/*/*.d)

.PHONY: matrix
matrix: all ## judge QEMU in many configurations, several at a time
	@$(BUILD)/virtproof matrix --logs $(BUILD)/matrix -l $(BUILD)/matrix.log \
		-r $(BUILD)/matrix.html known/matrix/qemu.matrix

.PHONY: test-package
test-package: ## the Debian package (dpkg-buildpackage) is built, lintian finds nothing in it, and it runs
	@selfcheck/host/setup.sh dpkg-dev debhelper lintian
	@selfcheck/package/run.sh $(BUILD)

.PHONY: dist
dist: ## the committed tree as an archive that knows its revision
	@mkdir -p $(BUILD)
	git archive --prefix=virtproof-$(VERSION)/ --add-virtual-file=virtproof-$(VERSION)/revision:$$(git describe --always --abbrev=12 --exclude="*") \
		-o $(BUILD)/virtproof-$(VERSION).tar.gz HEAD

PREFIX ?= /usr/local
.PHONY: install
install: all ## put the program, the image, expectations, matrices and the man page below PREFIX
	install -D -t $(DESTDIR)$(PREFIX)/bin $(BUILD)/virtproof
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/virtproof $(wildcard $(BUILD)/virtproof.elf \
		$(BUILD)/virtproof.img $(BUILD)/virtproof.efi $(BUILD)/virtproof.iso $(BUILD)/virtproof.debug.elf) \
		$(BUILD)/virtproof.gdb $(BUILD)/virtproof.catalogue
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/virtproof/expect $(wildcard known/expect/*)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/virtproof/matrix $(wildcard known/matrix/*)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 docs/virtproof.1
	install -D -m 644 scripts/virtproof.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/virtproof

.PHONY: uninstall
uninstall: ## take away what install has put there
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/virtproof share/man/man1/virtproof.1 share/bash-completion/completions/virtproof)
	rm -rf $(addprefix $(DESTDIR)$(PREFIX)/,lib/virtproof share/virtproof)
