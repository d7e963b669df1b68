// SPDX-License-Identifier: GPL-2.0
/*
 * strict_vmcs.c - keeps, or breaks, the rules of active VMCSs on purpose
 *
 * "insmod strict_vmcs.ko rule=NAME" with KVM loaded, which has VMX on, and no VM
 * running. The rules are those of ../../instrument/strict.cc. In strict mode the
 * machine ends in all cases but "good"; without it every case runs to its end and
 * says so. rule=good checks the copies too, and ends with -EIO where they are not
 * what strict mode says.
 */
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/msr.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>
#include <asm/vmx.h>

#define POISON		0xa5
#define HEAD_BYTES	8

static char *rule = "good";
module_param(rule, charp, 0444);
static bool strict = true;
module_param(strict, bool, 0444);

struct region {
	u8 *page;
	u64 pa;
};

/* One instruction on one CPU. */
struct order {
	void (*what)(struct region *r, unsigned long *value);
	struct region *region;
	unsigned long value;
};

static void op_clear(struct region *r, unsigned long *value)
{
	asm volatile("vmclear %0" : : "m" (r->pa) : "cc", "memory");
}

static void op_load(struct region *r, unsigned long *value)
{
	asm volatile("vmptrld %0" : : "m" (r->pa) : "cc", "memory");
}

static void op_write(struct region *r, unsigned long *value)
{
	asm volatile("vmwrite %1, %0" : : "r" ((unsigned long)GUEST_RSP), "r" (*value) : "cc");
}

static void op_read(struct region *r, unsigned long *value)
{
	asm volatile("vmread %1, %0" : "=r" (*value) : "r" ((unsigned long)GUEST_RSP) : "cc");
}

static void op_off(struct region *r, unsigned long *value)
{
	asm volatile("vmxoff" : : : "cc", "memory");
}

static void obey(void *info)
{
	struct order *order = info;

	order->what(order->region, &order->value);
}

static unsigned long on(int cpu, void (*what)(struct region *, unsigned long *),
			struct region *region, unsigned long value)
{
	struct order order = { .what = what, .region = region, .value = value };

	smp_call_function_single(cpu, obey, &order, 1);
	return order.value;
}

static bool poisoned(struct region *r)
{
	int i;

	for (i = HEAD_BYTES; i < PAGE_SIZE; i++)
		if (r->page[i] != POISON)
			return false;
	return true;
}

/* Two VMCSs by turns on one CPU, then one of them on another. */
static int good(struct region *a, struct region *b)
{
	on(0, op_clear, a, 0);
	on(0, op_clear, b, 0);
	on(0, op_load, a, 0);
	on(0, op_write, a, 0x1111);
	on(0, op_load, b, 0);
	on(0, op_write, b, 0x2222);
	if (poisoned(a) != strict || poisoned(b) != strict)
		return -EIO;
	on(0, op_load, a, 0);
	if (on(0, op_read, a, 0) != 0x1111)
		return -EIO;
	on(0, op_clear, a, 0);
	on(0, op_clear, b, 0);
	if (poisoned(a) || poisoned(b))
		return -EIO;
	on(1, op_load, b, 0);
	if (on(1, op_read, b, 0) != 0x2222)
		return -EIO;
	on(1, op_clear, b, 0);
	return 0;
}

static int apply(struct region *a, struct region *b)
{
	if (!strcmp(rule, "good"))
		return good(a, b);
	if (strcmp(rule, "unclear"))
		on(0, op_clear, a, 0);
	on(0, op_load, a, 0);
	if (!strcmp(rule, "second"))
		on(1, op_load, a, 0);
	else if (!strcmp(rule, "foreign"))
		on(1, op_clear, a, 0);
	else if (!strcmp(rule, "written"))
		memset(a->page + PAGE_SIZE / 2, 0, 8);
	else if (!strcmp(rule, "off"))
		on(0, op_off, a, 0);
	else if (strcmp(rule, "unclear"))
		return -EINVAL;
	if (strcmp(rule, "off"))
		on(0, op_clear, a, 0);
	return 0;
}

static int __init strict_init(void)
{
	struct region regions[2] = {};
	int i, r = -ENOMEM;

	for (i = 0; i < 2; i++) {
		regions[i].page = (u8 *)get_zeroed_page(GFP_KERNEL);
		if (!regions[i].page)
			goto out;
		regions[i].pa = __pa(regions[i].page);
		*(u32 *)regions[i].page = native_read_msr(MSR_IA32_VMX_BASIC) & 0x7fffffff;
	}
	r = apply(&regions[0], &regions[1]);
	pr_info("strict: rule %s: %d\n", rule, r);
out:
	for (i = 0; i < 2; i++)
		free_page((unsigned long)regions[i].page);
	return r;
}

static void __exit strict_exit(void)
{
}

module_init(strict_init);
module_exit(strict_exit);
MODULE_DESCRIPTION("Rules of active VMCSs, kept and broken");
MODULE_LICENSE("GPL");
