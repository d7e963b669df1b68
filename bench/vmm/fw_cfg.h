/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fw_cfg.h: the items of QEMU's firmware interface that kvm-unit-tests ask for.
 */
#ifndef VMM_FW_CFG_H
#define VMM_FW_CFG_H

#include <linux/types.h>

#define FW_CFG_PORT_SELECT	0x510
#define FW_CFG_PORT_DATA	0x511

struct vm;

void fw_cfg_select(struct vm *vm, __u16 item);
__u8 fw_cfg_read(struct vm *vm);

#endif /* VMM_FW_CFG_H */
