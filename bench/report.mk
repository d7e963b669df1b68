# SPDX-License-Identifier: GPL-2.0
# Statistics and reports: benchstat, mkreport, their tests. Included by
# bench/Makefile, which owns the targets; stands alone as well:
# make -C bench -f report.mk stats-check. The folder is bench/.

O ?= ../build
O := $(abspath $(O))
V ?= 0

stats_out := $(O)/bench
stats_obj := $(O)/bench/obj-stats
stats_cc := $(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -I.
stats_libs := -ljson-c -lgsl -lgslcblas -lm
stats_say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(notdir $@) >&2;)

stats_core := stats stats_ab
stats_common := $(stats_core) samples raw words
benchstat_parts := benchstat benchjson $(stats_common)
mkreport_parts := report_main report_model report_md report_html report_plot \
	report_env report_text report_limits report_notes $(stats_common)
stats_tests := stats_test stats_ab_test

all: stats-all
.PHONY: all check-fast clean stats-all stats-check stats-check-negative \
	stats-clean check-negative
stats-all: $(stats_out)/benchstat $(stats_out)/mkreport

$(stats_obj) $(stats_out):
	@mkdir -p $@

$(stats_obj)/%.o: %.c | $(stats_obj)
	$(call stats_say,CC)$(stats_cc) -MMD -MP -c -o $@ $<

$(stats_obj)/%.o: tests/%.c | $(stats_obj)
	$(call stats_say,CC)$(stats_cc) -MMD -MP -c -o $@ $<

# The negative controls: every quantile one rank too low, and every tie won.
$(stats_obj)/broken-%.o: %.c | $(stats_obj)
	$(call stats_say,CC)$(stats_cc) -DBREAK_RANK -DBREAK_TIES -MMD -MP -c -o $@ $<

$(stats_out)/benchstat: $(benchstat_parts:%=$(stats_obj)/%.o) | $(stats_out)
	$(call stats_say,LD)$(CC) -o $@ $^ $(stats_libs)

$(stats_out)/mkreport: $(mkreport_parts:%=$(stats_obj)/%.o) | $(stats_out)
	$(call stats_say,LD)$(CC) -o $@ $^ $(stats_libs)

$(stats_obj)/stats_test: $(stats_core:%=$(stats_obj)/%.o)
$(stats_obj)/stats_ab_test: $(stats_core:%=$(stats_obj)/%.o)
$(stats_tests:%=$(stats_obj)/%): %: %.o
	$(call stats_say,LD)$(CC) -o $@ $^ -lcmocka $(stats_libs)

$(stats_tests:%=$(stats_obj)/%-broken): %-broken: %.o \
		$(stats_core:%=$(stats_obj)/broken-%.o)
	$(call stats_say,LD)$(CC) -o $@ $^ -lcmocka $(stats_libs)

# Host tests, in seconds, as TAP on the standard output.
check-fast: stats-check
stats-check: $(stats_tests:%=$(stats_obj)/%) stats-all
	@set -e; for t in $(stats_tests); do \
		CMOCKA_MESSAGE_OUTPUT=TAP $(stats_obj)/$$t; done
	@tests/stats_benchstat.sh $(stats_out)/benchstat
	@tests/stats_report.sh $(stats_out)

# Each control must fail for the right reason, or this fails.
check-negative: stats-check-negative
stats-check-negative: $(stats_tests:%=$(stats_obj)/%-broken) stats-all
	@tests/stats_negative.sh $(stats_obj) $(stats_out)

clean: stats-clean
stats-clean:
	rm -rf $(stats_obj) $(stats_out)/benchstat $(stats_out)/mkreport

.DELETE_ON_ERROR:
-include $(wildcard $(stats_obj)/*.d)
