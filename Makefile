# SPDX-License-Identifier: GPL-2.0
# The doors of the project. Each room has its own Makefile or scripts; this
# file only names them and says in which order they need each other.

O	?= build
ENGINE	?= all
JOBS	?= $(shell nproc)
V	?= 0
BENCH	?=
export JOBS V ENGINE KERNEL_SRC TOPIC TOPICS KUT QEMU
# Sub-makes run inside the rooms: they need the folder's absolute name.
override O := $(abspath $(O))
MAKEFLAGS += --no-print-directory

# A wrong name is told before an hour of building.
ENGINES := qemu-svm bochs-vmx qemu-kvm host
ifeq ($(filter $(ENGINE),all $(ENGINES)),)
$(error ENGINE: unknown: $(ENGINE) (all $(ENGINES)))
endif
BENCHES := $(sort $(shell sed -n 's/^bench *= *//p' bench/cases.cfg))
ifneq ($(filter-out $(BENCHES),$(BENCH)),)
$(error BENCH: unknown: $(filter-out $(BENCHES),$(BENCH)) ($(BENCHES)))
endif

room = $(MAKE) -C $(1) O=$(O) V=$(V) JOBS=$(JOBS) $(2)

.DEFAULT_GOAL := help
.PHONY: help deps source kernel selftests boot bpf tools bench-build build check-fast \
	check check-full patches-check bench report patches-refresh bundle shell clean distclean

help:
	@sed -n 's/^##//p' $(firstword $(MAKEFILE_LIST))

##kvmlat: KVM's vCPU switching, nested entry, page-fault waiting and interrupt
##delivery made visible and measurable. A patch series for Linux 6.12.
##
##The main job and the tests (each works first on a fresh Debian 12 machine):
##  make bench           measure base and patched kernel (BENCH= one, ENGINE= one)
##  make check           all tests, in the emulators
##
##Doors:
##  make deps            install the Debian packages that are missing
##  make source          import the base kernel and apply patches/ (TOPICS=, KERNEL_SRC=;
##                       TOPIC=10-apf: a tree of that topic alone, to edit it)
##  make kernel          build the base and the patched kernel
##  make bpf             BPF programs, loadable by bpftool alone
##  make tools           viewers and a matching bpftool
##  make check-fast      host tests only: seconds, once everything is built
##  make check-full      everything, debug kernels too: hours; resumes where it was
##  make patches-check   every patch: applies, style, builds, round trip
##  make patches-refresh export a kernel tree's commits into patches/ (TOPIC=)
##  make bundle          the series as a git bundle
##  make report          write O/bench into a dated folder of results/
##  make shell           boot the patched kernel to a prompt (ENGINE=)
##  make clean           remove build products, keep kernels and measurements
##  make distclean       remove O
##
##Variables: O= build folder (build), KERNEL_SRC= tree or tarball instead of
##Debian's linux-source-6.12, ENGINE= qemu-svm bochs-vmx qemu-kvm host (all),
##BENCH= vmexit probecost (the standard set) apf nested switch migrate,
##TOPICS= topic folders, JOBS=, V=1, KUT= kvm-unit-tests build,
##QEMU=stock take the installed QEMU, whose KVM guests may get an interrupt twice.

deps:
	@kernel/deps.sh

source: deps
	@kernel/source.sh $(O)

kernel: source
	@kernel/build.sh $(O) base
	@kernel/build.sh $(O) patched

selftests: kernel
	@kernel/selftests.sh $(O) base
	@kernel/selftests.sh $(O) patched

boot: deps
	@$(call room,kernel/boot,all)
	@$(if $(filter all qemu-svm,$(ENGINE)),$(if $(filter stock,$(QEMU)),,kernel/boot/qemu-svm/build.sh $(O)))
	@$(if $(filter all bochs-vmx,$(ENGINE)),kernel/boot/bochs-vmx/build.sh $(O))

bpf: kernel
	@$(call room,bpf,all)

tools: bpf
	@$(call room,tools,all)

bench-build: deps
	@$(call room,bench,all)

build: kernel boot tools bench-build

check-fast: tools bench-build boot
	@kernel/check.sh $(O) fast

check: build selftests
	@kernel/check.sh $(O) normal

check-full: build selftests
	@kernel/build.sh $(O) patched debug
	@kernel/build.sh $(O) patched kcsan
	@patches/vanilla.sh $(O) >/dev/null
	@kernel/check.sh $(O) full

patches-check: source
	@patches/check.sh $(O)

patches-refresh:
	@patches/refresh.sh $(O) $(TOPIC)

bundle: source
	@patches/bundle.sh $(O)

bench: build $(if $(filter nested,$(BENCH)),selftests)
	@bench/all $(O) "$(BENCH)" "$(ENGINE)"

report:
	@bench/report $(O)

# Only what one boot needs: no base kernel, no other engine.
shell: source
	@$(if $(filter host,$(ENGINE)),,kernel/build.sh $(O) patched)
	@kernel/boot/run $(if $(filter all,$(ENGINE)),qemu-svm,$(ENGINE)) patched --shell

clean:
	rm -rf $(O)/boot $(O)/bpf $(O)/tools $(O)/check $(O)/patches-check
	@$(call room,bench,clean)

distclean:
	rm -rf $(O)
