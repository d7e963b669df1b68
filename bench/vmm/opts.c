// SPDX-License-Identifier: GPL-2.0
/*
 * opts.c: the command line. Strict: a whole word must parse and be in range,
 * and an option that the image's kind has no use for is refused.
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opts.h"
#include "pool.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MIB		(1ULL << 20)
/* 3 GiB: below the hole of MMIO and the local APIC. */
#define MAX_MEM_MIB	3072

static const char help_text[] =
"Usage: vmm [OPTIONS] IMAGE [ARG...]\n"
"Run IMAGE in a virtual machine of KVM; its exit status is passed on.\n"
"\n"
"  --kind payload|linux|multiboot   how IMAGE is loaded (payload)\n"
"  --mem MIB                        guest memory, 8 to 3072 (64)\n"
"  --backing anon|memfd|uffd|hugetlb   what it is made of (anon)\n"
"  --populate                       fault it in before the run\n"
"  --thp                            ask for transparent huge pages\n"
"  --fault-mem MIB                  second memory slot for fault cases (0)\n"
"  --fault-backing anon|memfd|uffd|hugetlb   what that is made of (anon)\n"
"  --fault-populate                 fault it in on the host's side\n"
"  --uffd-limit PAGES               let a userfaultfd handler give up then (0: never)\n"
"  --fault-pages N                  uffd: pages per reply, 1 2 4 ... 64 (1, at once)\n"
"  --fault-delay-ns NS              time from a fault to its reply (0)\n"
"  --fault-late-ns NS               reply later than that, to test checks (0)\n"
"  --vcpus N                        1 to 64 (1)\n"
"  --affinity CPU[,CPU...]          host CPU of each vCPU, repeating\n"
"  --sched other|batch|idle|fifo:PRIO|rr:PRIO   policy of vCPU threads\n"
"  --msr INDEX=VALUE                set an MSR before the run; repeatable\n"
"  --halt-poll-ns NS                limit of KVM's halt polling\n"
"  --hypervisor                     set CPUID's hypervisor bit: Linux looks for KVM\n"
"  --no-apf-v2                      hide version 2 of async page faults\n"
"  --initrd FILE  --append TEXT     for --kind linux\n"
"  --samples FILE                   write the payload's samples there\n"
"  --stats FILE                     write KVM's statistics there when asked to\n"
"  --limit S                        fail after so many seconds (0: never)\n"
"  --exit-counts                    exits to user space by reason, on stderr\n"
"  --kvm PATH                       the KVM device (/dev/kvm)\n"
"  -h, --help\n"
"\n"
"Exit status: the image's; 1 failed, 2 usage, 4 cannot run here.\n";

enum {
	OPT_KIND = 256, OPT_MEM, OPT_BACKING, OPT_POPULATE, OPT_THP,
	OPT_FAULT_MEM, OPT_FAULT_BACKING, OPT_FAULT_POPULATE, OPT_UFFD_LIMIT,
	OPT_FAULT_PAGES, OPT_FAULT_DELAY, OPT_FAULT_LATE, OPT_STATS,
	OPT_HYPERVISOR, OPT_NO_APF_V2, OPT_VCPUS,
	OPT_AFFINITY, OPT_SCHED, OPT_MSR, OPT_HALT_POLL, OPT_INITRD,
	OPT_APPEND, OPT_SAMPLES, OPT_LIMIT, OPT_EXIT_COUNTS, OPT_KVM,
};

static const struct option long_options[] = {
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "mem", required_argument, NULL, OPT_MEM },
	{ "backing", required_argument, NULL, OPT_BACKING },
	{ "populate", no_argument, NULL, OPT_POPULATE },
	{ "thp", no_argument, NULL, OPT_THP },
	{ "fault-mem", required_argument, NULL, OPT_FAULT_MEM },
	{ "fault-backing", required_argument, NULL, OPT_FAULT_BACKING },
	{ "fault-populate", no_argument, NULL, OPT_FAULT_POPULATE },
	{ "uffd-limit", required_argument, NULL, OPT_UFFD_LIMIT },
	{ "fault-pages", required_argument, NULL, OPT_FAULT_PAGES },
	{ "fault-delay-ns", required_argument, NULL, OPT_FAULT_DELAY },
	{ "fault-late-ns", required_argument, NULL, OPT_FAULT_LATE },
	{ "vcpus", required_argument, NULL, OPT_VCPUS },
	{ "affinity", required_argument, NULL, OPT_AFFINITY },
	{ "sched", required_argument, NULL, OPT_SCHED },
	{ "msr", required_argument, NULL, OPT_MSR },
	{ "halt-poll-ns", required_argument, NULL, OPT_HALT_POLL },
	{ "hypervisor", no_argument, NULL, OPT_HYPERVISOR },
	{ "no-apf-v2", no_argument, NULL, OPT_NO_APF_V2 },
	{ "initrd", required_argument, NULL, OPT_INITRD },
	{ "append", required_argument, NULL, OPT_APPEND },
	{ "samples", required_argument, NULL, OPT_SAMPLES },
	{ "stats", required_argument, NULL, OPT_STATS },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "exit-counts", no_argument, NULL, OPT_EXIT_COUNTS },
	{ "kvm", required_argument, NULL, OPT_KVM },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static int usage(const char *what, const char *value)
{
	fprintf(stderr, "vmm: %s '%s' (see vmm --help)\n", what, value);
	return -EINVAL;
}

/* A whole word, decimal or 0x..., within [min, max]. */
static int number(const char *word, __u64 min, __u64 max, __u64 *value)
{
	char *end;

	if (word[0] < '0' || word[0] > '9')
		return -EINVAL;
	errno = 0;
	*value = strtoull(word, &end, 0);
	if (errno || *end || *value < min || *value > max)
		return -EINVAL;
	return 0;
}

static int choice(const char *word, const char *const *names, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(word, names[i]))
			return i;
	}
	return -EINVAL;
}

static int parse_affinity(struct opts *opts, const char *list)
{
	char copy[256], *word, *next = copy;
	__u64 cpu;

	if (strlen(list) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, list);
	opts->nr_affinity = 0;
	while ((word = strsep(&next, ","))) {
		if (opts->nr_affinity == OPTS_MAX_VCPUS ||
		    number(word, 0, CPU_SETSIZE - 1, &cpu))
			return -EINVAL;
		opts->affinity[opts->nr_affinity++] = cpu;
	}
	return 0;
}

static int parse_sched(struct opts *opts, const char *word)
{
	static const char *const names[] = { "other", "batch", "idle" };
	static const int policies[] = { SCHED_OTHER, SCHED_BATCH, SCHED_IDLE };
	__u64 prio;
	int i;

	i = choice(word, names, ARRAY_SIZE(names));
	if (i >= 0) {
		opts->policy = policies[i];
		opts->priority = 0;
		return 0;
	}
	if (!strncmp(word, "fifo:", 5))
		opts->policy = SCHED_FIFO;
	else if (!strncmp(word, "rr:", 3))
		opts->policy = SCHED_RR;
	else
		return -EINVAL;
	if (number(strchr(word, ':') + 1, 1, 99, &prio))
		return -EINVAL;
	opts->priority = prio;
	return 0;
}

static int parse_msr(struct opts *opts, const char *word)
{
	const char *equals = strchr(word, '=');
	char index[20];
	__u64 nr;

	if (!equals || equals - word >= (long)sizeof(index) ||
	    opts->nr_msrs == OPTS_MAX_MSRS)
		return -EINVAL;
	memcpy(index, word, equals - word);
	index[equals - word] = 0;
	if (number(index, 0, ~0U, &nr) ||
	    number(equals + 1, 0, ~0ULL, &opts->msrs[opts->nr_msrs].value))
		return -EINVAL;
	opts->msrs[opts->nr_msrs++].index = nr;
	return 0;
}

static int parse_word(struct opts *opts, int opt, const char *arg)
{
	static const char *const kinds[] = { "payload", "linux", "multiboot" };
	static const char *const backings[] = {
		"anon", "memfd", "uffd", "hugetlb",
	};
	int i;

	switch (opt) {
	case OPT_KIND:
		i = choice(arg, kinds, ARRAY_SIZE(kinds));
		opts->kind = i;
		break;
	case OPT_BACKING:
		i = choice(arg, backings, ARRAY_SIZE(backings));
		opts->backing = i;
		break;
	case OPT_FAULT_BACKING:
		i = choice(arg, backings, ARRAY_SIZE(backings));
		opts->fault_backing = i;
		break;
	case OPT_AFFINITY:
		return parse_affinity(opts, arg);
	case OPT_SCHED:
		return parse_sched(opts, arg);
	case OPT_MSR:
		return parse_msr(opts, arg);
	default:
		return -ENOENT;
	}
	return i < 0 ? i : 0;
}

static int parse_number(struct opts *opts, int opt, const char *arg)
{
	__u64 value;
	int err;

	switch (opt) {
	case OPT_MEM:
		err = number(arg, 8, MAX_MEM_MIB, &value);
		opts->mem_bytes = value * MIB;
		break;
	case OPT_FAULT_MEM:
		err = number(arg, 0, 65536, &value);
		opts->fault_bytes = value * MIB;
		break;
	case OPT_UFFD_LIMIT:
		err = number(arg, 0, ~0U, &opts->uffd_limit);
		break;
	case OPT_FAULT_PAGES:
		err = number(arg, 1, POOL_MAX_PAGES, &value);
		if (!err && (value & (value - 1)))
			err = -EINVAL;
		opts->fault_pages = value;
		break;
	case OPT_FAULT_DELAY:
		err = number(arg, 0, 100000000000, &opts->fault_delay_ns);
		break;
	case OPT_FAULT_LATE:
		err = number(arg, 0, 1000000000, &opts->fault_late_ns);
		break;
	case OPT_VCPUS:
		err = number(arg, 1, OPTS_MAX_VCPUS, &value);
		opts->nr_vcpus = value;
		break;
	case OPT_HALT_POLL:
		err = number(arg, 0, 1000000000, &value);
		opts->halt_poll_ns = value;
		break;
	case OPT_LIMIT:
		err = number(arg, 0, 86400, &value);
		opts->limit_s = value;
		break;
	default:
		return -ENOENT;
	}
	return err;
}

static int parse_plain(struct opts *opts, int opt, const char *arg)
{
	switch (opt) {
	case OPT_POPULATE:
		opts->populate = true;
		break;
	case OPT_THP:
		opts->thp = true;
		break;
	case OPT_FAULT_POPULATE:
		opts->fault_populate = true;
		break;
	case OPT_EXIT_COUNTS:
		opts->exit_counts = true;
		break;
	case OPT_INITRD:
		opts->initrd = arg;
		break;
	case OPT_APPEND:
		opts->append = arg;
		break;
	case OPT_SAMPLES:
		opts->samples = arg;
		break;
	case OPT_HYPERVISOR:
		opts->hypervisor = true;
		break;
	case OPT_NO_APF_V2:
		opts->no_apf_v2 = true;
		break;
	case OPT_STATS:
		opts->stats = arg;
		break;
	case OPT_KVM:
		opts->kvm = arg;
		break;
	default:
		return -ENOENT;
	}
	return 0;
}

static int parse_one(struct opts *opts, int opt, const char *arg)
{
	int err;

	err = parse_word(opts, opt, arg);
	if (err == -ENOENT)
		err = parse_number(opts, opt, arg);
	if (err == -ENOENT)
		err = parse_plain(opts, opt, arg);
	return err;
}

static int join_args(struct opts *opts, int argc, char **argv)
{
	size_t used = 0;
	int i;

	for (i = 0; i < argc; i++) {
		if (used + strlen(argv[i]) + 2 > sizeof(opts->args))
			return usage("too many arguments from", argv[i]);
		used += sprintf(opts->args + used, "%s%s", i ? " " : "",
				argv[i]);
	}
	return 0;
}

static int check(const struct opts *opts)
{
	bool linux_image = opts->kind == KIND_LINUX;

	if (!linux_image && opts->initrd)
		return usage("--initrd without --kind linux:", opts->initrd);
	if (!linux_image && opts->append)
		return usage("--append without --kind linux:", opts->append);
	if (linux_image && opts->args[0])
		return usage("--kind linux takes --append, not", opts->args);
	if (opts->kind != KIND_PAYLOAD && opts->samples)
		return usage("--samples is for payloads only:", opts->samples);
	if (!opts->fault_pages && (opts->fault_delay_ns || opts->fault_late_ns))
		return usage("--fault-pages missing for", "--fault-delay-ns");
	if (opts->fault_pages && opts->fault_backing != BACKING_UFFD)
		return usage("--fault-pages needs --fault-backing", "uffd");
	if (opts->populate && opts->backing == BACKING_UFFD)
		return usage("--populate makes no sense with --backing",
			     "uffd");
	if (opts->fault_populate && opts->fault_backing == BACKING_UFFD)
		return usage("--fault-populate makes no sense with "
			     "--fault-backing", "uffd");
	return 0;
}

/**
 * opts_parse - Parse and check the command line
 * @opts: Out: the options, defaults where nothing was said
 * @argc: As given to main()
 * @argv: As given to main(); strings are kept by reference
 *
 * Prints the one line that names a bad argument itself: it knows the word.
 *
 * Return: 0, 1 if help was asked for and printed, or -EINVAL.
 */
int opts_parse(struct opts *opts, int argc, char **argv)
{
	int opt, index;

	*opts = (struct opts) {
		.kvm = "/dev/kvm", .mem_bytes = 64 * MIB, .nr_vcpus = 1,
		.policy = -1, .halt_poll_ns = -1,
	};
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+:h", long_options, &index)) !=
	       -1) {
		if (opt == 'h') {
			fputs(help_text, stdout);
			return 1;
		}
		if (opt == ':')
			return usage("value missing for", argv[optind - 1]);
		if (opt == '?')
			return usage("bad option", argv[optind - 1]);
		if (parse_one(opts, opt, optarg)) {
			fprintf(stderr, "vmm: bad value '%s' of --%s\n",
				optarg, long_options[index].name);
			return -EINVAL;
		}
	}
	if (optind == argc)
		return usage("image missing behind", argv[argc - 1]);
	opts->image = argv[optind++];
	if (join_args(opts, argc - optind, argv + optind))
		return -EINVAL;
	return check(opts);
}
