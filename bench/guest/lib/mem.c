// SPDX-License-Identifier: GPL-2.0
/*
 * mem.c: the memory functions that the compiler may call by itself.
 */
#include "guest.h"

void *memset(void *to, int value, unsigned long n);
void *memcpy(void *to, const void *from, unsigned long n);

/**
 * memset - Fill memory
 * @to: Start
 * @value: Byte
 * @n: Bytes
 *
 * Return: @to
 */
void *memset(void *to, int value, unsigned long n)
{
	void *start = to;

	asm volatile("rep stosb" : "+D" (to), "+c" (n) : "a" (value)
		     : "memory");
	return start;
}

/**
 * memcpy - Copy memory
 * @to: Target
 * @from: Source, no overlap
 * @n: Bytes
 *
 * Return: @to
 */
void *memcpy(void *to, const void *from, unsigned long n)
{
	void *start = to;

	asm volatile("rep movsb" : "+D" (to), "+S" (from), "+c" (n)
		     :: "memory");
	return start;
}
