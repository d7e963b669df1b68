// SPDX-License-Identifier: GPL-2.0
/*
 * spec.cc - reads a counter specification
 *
 *     range NAME START END     instructions with START <= RIP < END (hex)
 *     op NAME OPCODE           executions of OPCODE; rdmsr:HEX and wrmsr:HEX
 *                              count one MSR only
 *
 * Empty lines and lines that begin with # are skipped. NAME is made of letters,
 * digits, "_", ".", ":" and "-", is used once, and is none of the names that
 * counts.json uses itself. An opcode that exists in several forms (operand
 * sizes, WRMSRNS beside WRMSR) is one counter.
 */

#include "bochs.h"
#include "cpu/cpu.h"
#include "cpu/decoder/ia_opcodes.h"
#include "count.h"

#include <errno.h>
#include <string.h>
#include <fstream>
#include <sstream>

static const struct {
	const char *name;
	unsigned opcodes[3];
} known_opcodes[] = {
	{ "rdmsr",	{ BX_IA_RDMSR, BX_IA_RDMSR_EqId } },
	{ "wrmsr",	{ BX_IA_WRMSR, BX_IA_WRMSRNS, BX_IA_WRMSRNS_IdEq } },
	{ "vmread",	{ BX_IA_VMREAD_EqGq, BX_IA_VMREAD_EdGd } },
	{ "vmwrite",	{ BX_IA_VMWRITE_GqEq, BX_IA_VMWRITE_GdEd } },
	{ "vmptrld",	{ BX_IA_VMPTRLD_Mq } },
	{ "vmclear",	{ BX_IA_VMCLEAR_Mq } },
	{ "vmlaunch",	{ BX_IA_VMLAUNCH } },
	{ "vmresume",	{ BX_IA_VMRESUME } },
	{ "invept",	{ BX_IA_INVEPT } },
	{ "invvpid",	{ BX_IA_INVVPID } },
	{ "lgdt",	{ BX_IA_LGDT_Op64_Ms, BX_IA_LGDT_Ms } },
	{ "swapgs",	{ BX_IA_SWAPGS } },
	{ "vmrun",	{ BX_IA_VMRUN } },
	{ "vmsave",	{ BX_IA_VMSAVE } },
	{ "vmload",	{ BX_IA_VMLOAD } },
	{ "stgi",	{ BX_IA_STGI } },
	{ "clgi",	{ BX_IA_CLGI } },
	{ "invlpga",	{ BX_IA_INVLPGA } },
	{ "cpuid",	{ BX_IA_CPUID } },
	{ "hlt",	{ BX_IA_HLT } },
};

static bool parse_hex(const std::string &text, Bit64u *value)
{
	char *end;

	if (text.empty() || !isxdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*value = strtoull(text.c_str(), &end, 16);
	return !*end && !errno;
}

static std::string check_name(const std::string &name,
			      const std::vector<lab_counter> &counters)
{
	if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_.:-") != std::string::npos)
		return "bad character in name " + name;
	if (name == "insn" || name == "ticks")
		return "reserved name " + name;
	for (const lab_counter &c : counters)
		if (c.name == name)
			return "name used twice: " + name;
	return "";
}

static std::string parse_range(const std::string &first,
			       const std::string &last, lab_counter *c)
{
	Bit64u end;

	if (!parse_hex(first, &c->start))
		return "bad START '" + first + "'";
	if (!parse_hex(last, &end) || end <= c->start)
		return "bad END '" + last + "'";
	c->bytes = end - c->start;
	return "";
}

static std::string parse_opcode(const std::string &text, lab_counter *c)
{
	std::string word = text.substr(0, text.find(':'));
	Bit64u msr;

	for (const auto &known : known_opcodes)
		if (word == known.name)
			for (unsigned opcode : known.opcodes)
				if (opcode)
					c->opcodes.push_back(opcode);
	if (c->opcodes.empty())
		return "unknown OPCODE '" + text + "'";
	if (word == text)
		return "";
	if (word != "rdmsr" && word != "wrmsr")
		return "OPCODE '" + word + "' takes no MSR number";
	if (!parse_hex(text.substr(word.size() + 1), &msr) || msr >> 32)
		return "bad MSR number in '" + text + "'";
	c->one_msr = true;
	c->msr = (Bit32u)msr;
	return "";
}

static std::string parse_line(const std::vector<std::string> &words,
			      std::vector<lab_counter> &counters)
{
	lab_counter c = {};
	std::string error;

	if (words[0] == "range" && words.size() == 4)
		error = parse_range(words[2], words[3], &c);
	else if (words[0] == "op" && words.size() == 3)
		error = parse_opcode(words[2], &c);
	else
		return "neither 'range NAME START END' nor 'op NAME OPCODE'";
	if (error.empty())
		error = check_name(words[1], counters);
	c.name = words[1];
	counters.push_back(c);
	return error;
}

std::string lab_read_spec(const char *path, std::vector<lab_counter> &counters)
{
	std::ifstream file(path);
	unsigned number = 0;
	std::string line;

	if (!file)
		return std::string("cannot read: ") + strerror(errno);
	while (std::getline(file, line)) {
		std::istringstream stream(line);
		std::vector<std::string> words;
		std::string word, error;

		number++;
		while (stream >> word)
			words.push_back(word);
		if (words.empty() || words[0][0] == '#')
			continue;
		error = parse_line(words, counters);
		if (!error.empty())
			return "line " + std::to_string(number) + ": " + error;
	}
	return "";
}
