// SPDX-License-Identifier: GPL-2.0
/*
 * fw_cfg.c: QEMU's firmware interface by ports: signature, number of CPUs,
 * memory size. Other items are empty: they read as zero.
 */
#include <string.h>

#include "fw_cfg.h"
#include "vm.h"

/* Item numbers by name from the kernel's uapi linux/qemu_fw_cfg.h. */
#define FW_CFG_SIGNATURE	0x00
#define FW_CFG_RAM_SIZE		0x03
#define FW_CFG_NB_CPUS		0x05
#define FW_CFG_MAX_CPUS		0x0f

/**
 * fw_cfg_select - Choose the item to be read
 * @vm: Machine
 * @item: Item number
 */
void fw_cfg_select(struct vm *vm, __u16 item)
{
	vm->fw_cfg.item = item;
	vm->fw_cfg.offset = 0;
}

/**
 * fw_cfg_read - Next byte of the chosen item
 * @vm: Machine
 *
 * Return: The byte, 0 behind the end.
 */
__u8 fw_cfg_read(struct vm *vm)
{
	__u64 value = 0;
	__u8 bytes[8];

	switch (vm->fw_cfg.item) {
	case FW_CFG_SIGNATURE:
		memcpy(&value, "QEMU", 4);
		break;
	case FW_CFG_RAM_SIZE:
		value = vm->opts->mem_bytes;
		break;
	case FW_CFG_NB_CPUS:
	case FW_CFG_MAX_CPUS:
		value = vm->opts->nr_vcpus;
		break;
	}
	if (vm->fw_cfg.offset >= sizeof(bytes))
		return 0;
	memcpy(bytes, &value, sizeof(bytes));
	return bytes[vm->fw_cfg.offset++];
}
