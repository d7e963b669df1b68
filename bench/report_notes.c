// SPDX-License-Identifier: GPL-2.0
/*
 * Text for report.html: escaping, and the notes of a bench.
 *
 * Notes are a small part of Markdown: paragraphs, "- " lists, "#" headings and
 * `code`. Anything else comes out as it stands. No HTML passes through.
 */
#include <stdbool.h>
#include <string.h>

#include "report_render.h"

static void put_escaped(FILE *out, char c)
{
	switch (c) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	default:
		fputc(c, out);
	}
}

/**
 * html_text - Write text so that it stands as text, also in an attribute
 * @out: Where to.
 * @text: The text.
 */
void html_text(FILE *out, const char *text)
{
	while (*text)
		put_escaped(out, *text++);
}

/* A line's text, with `code` marked; an odd backtick stays one. */
static void put_inline(FILE *out, const char *text, size_t len)
{
	const char *end = text + len, *close;

	while (text < end) {
		close = *text == '`' ? memchr(text + 1, '`', end - text - 1) : NULL;
		if (!close) {
			put_escaped(out, *text++);
			continue;
		}
		fputs("<code>", out);
		for (text++; text < close; text++)
			put_escaped(out, *text);
		fputs("</code>", out);
		text++;
	}
}

enum block {
	BLOCK_NONE,
	BLOCK_PARAGRAPH,
	BLOCK_LIST,
};

static void close_block(FILE *out, enum block *block)
{
	if (*block == BLOCK_PARAGRAPH)
		fputs("</p>\n", out);
	else if (*block == BLOCK_LIST)
		fputs("</li></ul>\n", out);
	*block = BLOCK_NONE;
}

/* What a line begins, by its first characters; returns how many they are. */
static size_t begin_line(FILE *out, const char *line, size_t len, enum block *block)
{
	size_t marks = strspn(line, "#");

	if (marks && marks < len && line[marks] == ' ') {
		close_block(out, block);
		fputs("<h3>", out);
		return marks + 1;
	}
	if (len > 2 && (line[0] == '-' || line[0] == '*') && line[1] == ' ') {
		if (*block == BLOCK_LIST)
			fputs("</li>\n<li>", out);
		else {
			close_block(out, block);
			fputs("<ul><li>", out);
		}
		*block = BLOCK_LIST;
		return 2;
	}
	if (*block == BLOCK_NONE) {
		fputs("<p>", out);
		*block = BLOCK_PARAGRAPH;
	} else {
		fputc('\n', out);
	}
	return 0;
}

/**
 * html_notes - Write a bench's notes as HTML
 * @out: Where to.
 * @markdown: The notes.
 */
void html_notes(FILE *out, const char *markdown)
{
	enum block block = BLOCK_NONE;
	const char *line = markdown;
	size_t len, skip;
	bool heading;

	for (; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (strspn(line, " \t") >= len) {
			close_block(out, &block);
			continue;
		}
		skip = begin_line(out, line, len, &block);
		heading = skip && line[0] == '#';
		put_inline(out, line + skip, len - skip);
		if (heading)
			fputs("</h3>\n", out);
	}
	close_block(out, &block);
}
