/*
 * Reports: collected cell by cell, printed as JSON or as tables.
 * Must not print a control character that came from a peer.
 * Dies of: nothing.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "broker/report.h"
#include "common/jsonw.h"
#include "common/text.h"
#include "common/xalloc.h"

#define NOTICE_MAX	600
#define WIDEST		64	/* columns of a text in a table */

void
report_init(struct report *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->text);
}

void
report_clear(struct report *r)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		xfree(r->sections[i].key);
		xfree(r->sections[i].cells);
		xfree(r->sections[i].rows);
	}
	for (i = 0; i < r->n_notices; i++)
		xfree(r->notices[i]);
	for (i = 0; i < r->n_names; i++)
		xfree(r->names[i]);
	xfree(r->names);
	xfree(r->notices);
	xfree(r->sections);
	buf_clear(&r->text);
	memset(r, 0, sizeof(*r));
}

const char *
report_name(struct report *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->n_names; i++)
		if (strcmp(r->names[i], name) == 0)
			return r->names[i];
	r->names = xrealloc(r->names, (r->n_names + 1) * sizeof(*r->names));
	r->names[r->n_names] = xstrdup(name);
	return r->names[r->n_names++];
}

void
report_notice(struct report *r, const char *fmt, ...)
{
	char text[NOTICE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->notices = xrealloc(r->notices,
	    (r->n_notices + 1) * sizeof(*r->notices));
	r->notices[r->n_notices++] = xstrdup(text);
}

void
report_section(struct report *r, const char *name, const char *key,
    bool single)
{
	struct section *s;

	r->sections = xrealloc(r->sections, (r->n + 1) * sizeof(*s));
	s = &r->sections[r->n++];
	memset(s, 0, sizeof(*s));
	s->name = name;
	s->key = xstrdup(key);
	s->single = single;
	s->shown = SIZE_MAX;
	if (single)
		report_row(r);
}

void
report_limit(struct report *r, size_t n)
{
	r->sections[r->n - 1].shown = n;
}

bool
report_full(const struct report *r)
{
	const struct section *s = &r->sections[r->n - 1];

	return s->n_rows >= s->shown;
}

void
report_skip(struct report *r)
{
	r->sections[r->n - 1].skipped++;
}

void
report_row(struct report *r)
{
	struct section *s = &r->sections[r->n - 1];

	if (s->n_rows == s->rows_cap) {
		s->rows_cap = s->rows_cap == 0 ? 16 : s->rows_cap * 2;
		s->rows = xrealloc(s->rows, s->rows_cap * sizeof(*s->rows));
	}
	s->rows[s->n_rows++] = s->n_cells;
}

static struct cell *
add_cell(struct report *r, const char *name, enum cell_kind kind)
{
	struct section *s = &r->sections[r->n - 1];
	struct cell *c;

	if (s->n_cells == s->cap) {
		s->cap = s->cap == 0 ? 64 : s->cap * 2;
		s->cells = xrealloc(s->cells, s->cap * sizeof(*s->cells));
	}
	c = &s->cells[s->n_cells++];
	memset(c, 0, sizeof(*c));
	c->name = name;
	c->kind = kind;
	return c;
}

void
report_none(struct report *r, const char *name)
{
	add_cell(r, name, CELL_NONE);
}

void
report_text(struct report *r, const char *name, const char *text, size_t n)
{
	struct cell *c = add_cell(r, name, CELL_TEXT);

	c->at = r->text.len;
	c->n = n;
	buf_add(&r->text, text, n);
}

void
report_string(struct report *r, const char *name, const char *text)
{
	if (text == NULL)
		report_none(r, name);
	else
		report_text(r, name, text, strlen(text));
}

void
report_u64(struct report *r, const char *name, uint64_t v)
{
	add_cell(r, name, CELL_U64)->u = v;
}

void
report_f64(struct report *r, const char *name, double v)
{
	add_cell(r, name, CELL_F64)->f = v;
}

void
report_time(struct report *r, const char *name, uint64_t v)
{
	add_cell(r, name, CELL_TIME)->u = v;
}

void
report_bytes(struct report *r, const char *name, uint64_t v)
{
	add_cell(r, name, CELL_BYTES)->u = v;
}

static size_t
row_end(const struct section *s, size_t row)
{
	return row + 1 < s->n_rows ? s->rows[row + 1] : s->n_cells;
}

/* For programs: every digit. */
static void
json_f64(struct jsonw *j, double v)
{
	char text[40];

	if (isfinite(v))
		snprintf(text, sizeof(text), "%.17g", v);
	else
		snprintf(text, sizeof(text), "null");
	jsonw_number(j, text);
}

static void
json_cell(struct jsonw *j, const struct report *r, const struct cell *c)
{
	jsonw_key(j, c->name);
	switch (c->kind) {
	case CELL_NONE:
		jsonw_string(j, NULL);
		break;
	case CELL_TEXT:
		jsonw_text(j, (const char *)r->text.data + c->at, c->n);
		break;
	case CELL_TIME:
	case CELL_BYTES:
	case CELL_U64:
		jsonw_u64(j, c->u);
		break;
	case CELL_F64:
		json_f64(j, c->f);
		break;
	}
}

static void
json_row(struct jsonw *j, const struct report *r, const struct section *s,
    size_t row)
{
	size_t i;

	jsonw_open(j, '{');
	for (i = s->rows[row]; i < row_end(s, row); i++)
		json_cell(j, r, &s->cells[i]);
	jsonw_close(j, '}');
}

void
report_json(const struct report *r, struct buf *out)
{
	const struct section *s;
	struct jsonw j;
	size_t i, row;

	jsonw_init(&j, out);
	jsonw_open(&j, '{');
	for (i = 0; i < r->n; i++) {
		s = &r->sections[i];
		jsonw_key(&j, s->name);
		if (!s->single)
			jsonw_open(&j, '[');
		for (row = 0; row < s->n_rows; row++)
			json_row(&j, r, s, row);
		if (!s->single)
			jsonw_close(&j, ']');
	}
	jsonw_key(&j, "keys");
	jsonw_open(&j, '{');
	for (i = 0; i < r->n; i++)
		jsonw_put_string(&j, r->sections[i].name, r->sections[i].key);
	jsonw_close(&j, '}');
	jsonw_key(&j, "notices");
	jsonw_open(&j, '[');
	for (i = 0; i < r->n_notices; i++)
		jsonw_string(&j, r->notices[i]);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	buf_add(out, "\n", 1);
}

/* Large figures are read by their size, not by their digits. */
static void
format_f64(char *buf, size_t len, double v)
{
	static const char units[] = " kMGTP";
	size_t u = 0;

	while (v >= 1000 && u + 1 < sizeof(units) - 1) {
		v /= 1000;
		u++;
	}
	if (u == 0)
		snprintf(buf, len, "%.4g", v);
	else
		snprintf(buf, len, "%.*f%c", v < 10 ? 2 : v < 100 ? 1 : 0, v,
		    units[u]);
}

/*
 * Into at most WIDEST characters; control characters (a terminal would obey
 * them) and what is not UTF-8 become ?.  Returns the columns taken, counting
 * a character as one.
 */
static size_t
format_text(const char *text, size_t n, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t i = 0, columns = 0, len;

	while (i < n && columns < WIDEST) {
		len = text_character(p + i, n - i);
		if (len == 0 || p[i] < 0x20 || p[i] == 0x7f ||
		    (len == 2 && p[i] == 0xc2 && p[i + 1] < 0xa0))
			buf_add(out, "?", 1);
		else
			buf_add(out, p + i, len);
		i += len > 0 ? len : 1;
		columns++;
	}
	if (i < n)
		buf_add(out, "...", 3);
	return columns + (i < n ? 3 : 0);
}

static void
format_bytes(char *buf, size_t len, uint64_t v)
{
	static const char units[] = "KMGTPE";
	double f = (double)v;
	size_t u = 0;

	if (v < 1024) {
		snprintf(buf, len, "%" PRIu64 " B", v);
		return;
	}
	while ((f /= 1024) >= 1023.5)
		u++;
	snprintf(buf, len, "%.*f %ciB", f < 9.95 ? 1 : 0, f, units[u]);
}

static void
format_date(char *buf, size_t len, uint64_t v)
{
	time_t t = (time_t)v;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(buf, len, "%F %T", &tm) == 0)
		snprintf(buf, len, "%" PRIu64, v);
}

/* A time to come is shown as it is: a clock was set. */
static void
format_age(char *buf, size_t len, uint64_t v, uint64_t now)
{
	static const struct {
		uint64_t	 below, unit;	/* seconds */
		const char	*name;
	} scale[] = {
		{ 100, 1, "s" }, { 100 * 60, 60, "min" },
		{ 48 * 3600, 3600, "h" }, { UINT64_MAX, 86400, "days" },
	};
	size_t i = 0;

	if (v > now) {
		format_date(buf, len, v);
		return;
	}
	while (now - v >= scale[i].below)
		i++;
	snprintf(buf, len, "%" PRIu64 " %s ago", (now - v) / scale[i].unit,
	    scale[i].name);
}

/* Appends the cell as people read it; returns its columns. */
static size_t
format_cell(const struct report *r, const struct cell *c, uint64_t now,
    struct buf *out)
{
	char text[40] = "-";

	if (c->kind == CELL_TEXT && c->n > 0)
		return format_text((const char *)r->text.data + c->at, c->n,
		    out);
	if (c->kind == CELL_U64)
		snprintf(text, sizeof(text), "%" PRIu64, c->u);
	else if (c->kind == CELL_F64)
		format_f64(text, sizeof(text), c->f);
	else if (c->kind == CELL_BYTES)
		format_bytes(text, sizeof(text), c->u);
	else if (c->kind == CELL_TIME)
		format_age(text, sizeof(text), c->u, now);
	buf_add(out, text, strlen(text));
	return strlen(text);
}

static void
spaces(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_add(out, " ", 1);
}

static void
add_string(struct buf *out, const char *s)
{
	buf_add(out, s, strlen(s));
}

static void
table_single(const struct report *r, const struct section *s, uint64_t now,
    struct buf *out)
{
	size_t i, width = 0;
	char date[40];

	for (i = 0; i < s->n_cells; i++)
		if (strlen(s->cells[i].name) > width)
			width = strlen(s->cells[i].name);
	for (i = 0; i < s->n_cells; i++) {
		spaces(out, 2);
		add_string(out, s->cells[i].name);
		spaces(out, width - strlen(s->cells[i].name) + 2);
		format_cell(r, &s->cells[i], now, out);
		if (s->cells[i].kind == CELL_TIME && s->cells[i].u <= now) {
			format_date(date, sizeof(date), s->cells[i].u);
			add_string(out, ", ");
			add_string(out, date);
		}
		add_string(out, "\n");
	}
}

static void
measure(const struct report *r, const struct section *s, uint64_t now,
    size_t shown, size_t *width, size_t columns)
{
	struct buf scratch;
	size_t row, i, n;

	buf_init(&scratch);
	for (i = 0; i < columns; i++)
		width[i] = strlen(s->cells[i].name);
	for (row = 0; row < shown; row++)
		for (i = 0; i < columns && s->rows[row] + i < row_end(s, row);
		    i++) {
			buf_reset(&scratch);
			n = format_cell(r, &s->cells[s->rows[row] + i], now,
			    &scratch);
			if (n > width[i])
				width[i] = n;
		}
	buf_clear(&scratch);
}

/* Numbers to the right, text to the left, nothing behind the last. */
static void
put_padded(struct buf *out, const struct buf *cell, size_t used, size_t width,
    bool right, bool last)
{
	spaces(out, right ? width - used + 2 : 2);
	buf_add(out, cell->data, cell->len);
	if (!right && !last)
		spaces(out, width - used);
}

static void
put_line(const struct report *r, const struct section *s, uint64_t now,
    const size_t *width, size_t columns, size_t row, bool head,
    struct buf *out)
{
	const struct cell *c, *first;
	struct buf cell;
	size_t i, used;

	buf_init(&cell);
	for (i = 0; i < columns && s->rows[row] + i < row_end(s, row); i++) {
		c = &s->cells[s->rows[row] + i];
		first = &s->cells[s->rows[0] + i];
		buf_reset(&cell);
		if (head) {
			add_string(&cell, c->name);
			used = strlen(c->name);
		} else
			used = format_cell(r, c, now, &cell);
		put_padded(out, &cell, used, width[i],
		    first->kind != CELL_TEXT && first->kind != CELL_NONE,
		    i + 1 == columns);
	}
	add_string(out, "\n");
	buf_clear(&cell);
}

static void
table_rows(const struct report *r, const struct section *s, uint64_t now,
    struct buf *out)
{
	size_t shown = s->n_rows < s->shown ? s->n_rows : s->shown;
	size_t columns, row, *width;
	char more[80];

	if (shown == 0) {
		add_string(out, s->n_rows == 0 ? "  none\n" : "");
		return;
	}
	columns = row_end(s, 0);
	width = xcalloc(columns, sizeof(*width));
	measure(r, s, now, shown, width, columns);
	put_line(r, s, now, width, columns, 0, true, out);
	for (row = 0; row < shown; row++)
		put_line(r, s, now, width, columns, row, false, out);
	if (shown < s->n_rows + s->skipped) {
		snprintf(more, sizeof(more), "  ... and %zu more; --all or "
		    "--json lists them\n", s->n_rows + s->skipped - shown);
		add_string(out, more);
	}
	xfree(width);
}

void
report_table(const struct report *r, uint64_t now, struct buf *out)
{
	const struct section *s;
	size_t i;

	for (i = 0; i < r->n; i++) {
		s = &r->sections[i];
		add_string(out, i > 0 ? "\n" : "");
		add_string(out, s->name);
		add_string(out, "  [");
		add_string(out, s->key);
		add_string(out, "]\n");
		if (s->single)
			table_single(r, s, now, out);
		else
			table_rows(r, s, now, out);
	}
}
