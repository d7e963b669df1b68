// SPDX-License-Identifier: GPL-2.0
/*
 * console.c: printf() to the console port, and panic().
 *
 * Each byte is an exit to user space: never call it inside a measurement.
 * Knows %s %c %d %u %x %lu %lx %llu %llx %%; no widths.
 */
#include <stdarg.h>
#include "guest.h"

static void put_char(char c)
{
	outb(WIRE_PORT_CONSOLE, c);
}

static void put_string(const char *s)
{
	for (; *s; s++)
		put_char(*s);
}

static void put_number(u64 value, u32 base)
{
	char digits[20];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		put_char(digits[--n]);
}

static void put_signed(long long value)
{
	if (value < 0) {
		put_char('-');
		put_number(-(u64)value, 10);
		return;
	}
	put_number(value, 10);
}

static const char *put_one(const char *fmt, va_list *ap)
{
	bool wide = false;

	while (*fmt == 'l') {
		wide = true;
		fmt++;
	}
	switch (*fmt) {
	case 's':
		put_string(va_arg(*ap, const char *));
		break;
	case 'c':
		put_char(va_arg(*ap, int));
		break;
	case 'd':
		put_signed(wide ? va_arg(*ap, long long) : va_arg(*ap, int));
		break;
	case 'u':
	case 'x':
		put_number(wide ? va_arg(*ap, u64) : va_arg(*ap, u32),
			   *fmt == 'x' ? 16 : 10);
		break;
	default:
		put_char(*fmt);
	}
	return fmt + 1;
}

static void vprintf(const char *fmt, va_list *ap)
{
	while (*fmt) {
		if (*fmt != '%' || !fmt[1])
			put_char(*fmt++);
		else
			fmt = put_one(fmt + 1, ap);
	}
}

/**
 * printf - Write a line to the console port
 * @fmt: Format, see the top of the file
 */
void printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, &ap);
	va_end(ap);
}

/**
 * panic - Say what is wrong and end the run with status 1
 * @fmt: Format, no new line at its end
 */
noreturn void panic(const char *fmt, ...)
{
	va_list ap;

	printf("payload: ");
	va_start(ap, fmt);
	vprintf(fmt, &ap);
	va_end(ap);
	printf("\n");
	guest_exit(1);
}
