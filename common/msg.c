/*
 * The message codec: one encoder and one decoder driven by descriptors made
 * from messages.def.  Decoding believes no count before the bytes are there
 * and refuses, never aborts, when memory for a list cannot be had.
 */
#include "common/msg.h"

#include <stddef.h>
#include <string.h>

#include <msgpack/pack.h>

#include "common/wire.h"

#define SKIP_DEPTH	8	/* of unknown trailing fields */
#define CHUNK_LEAST	4096
#define CHUNK_KEEP	(1u << 20)	/* a reset frees larger ones */

enum kind {
	KIND_U, KIND_I, KIND_F, KIND_B, KIND_S, KIND_X, KIND_US, KIND_IS,
	KIND_L
};

struct record;

struct field {
	const char	*name;
	enum kind	 kind;
	uint32_t	 offset;	/* in the struct */
	uint32_t	 max;		/* bytes or elements */
	const struct record *(*record)(void);	/* of KIND_L's elements */
};

struct record {
	const struct field	*fields;
	uint32_t		 n;
	uint32_t		 size;	/* of the struct */
};

/* What every list field looks like, whatever it points to. */
struct list {
	const void	*v;
	size_t		 n;
};

#define FIELD(n, kind, max, record) \
	{ #n, kind, (uint32_t)offsetof(self, n), max, record },
#define F_U(n)		FIELD(n, KIND_U, 0, NULL)
#define F_I(n)		FIELD(n, KIND_I, 0, NULL)
#define F_F(n)		FIELD(n, KIND_F, 0, NULL)
#define F_B(n)		FIELD(n, KIND_B, 0, NULL)
#define F_S(n, max)	FIELD(n, KIND_S, max, NULL)
#define F_X(n, max)	FIELD(n, KIND_X, max, NULL)
#define F_US(n, max)	FIELD(n, KIND_US, max, NULL)
#define F_IS(n, max)	FIELD(n, KIND_IS, max, NULL)
#define F_L(n, rec, max) FIELD(n, KIND_L, max, record_##rec)

/* A function each, so that offsetof has a name for the struct. */
#define DESCRIBE(fn, type, ...)					\
static const struct record *						\
fn(void)								\
{									\
	typedef struct type self;					\
	static const struct field fields[] = { __VA_ARGS__ };		\
	static const struct record r = { fields,			\
		sizeof(fields) / sizeof(fields[0]), sizeof(self) };	\
									\
	return &r;							\
}

#define RECORD(name, list) DESCRIBE(record_##name, rec_##name, list)
#define MSG(id, NAME, name, from, to, max_bytes, list) \
	DESCRIBE(message_##name, msg_##name, list)
#include "common/messages.def"

static const struct msg_row rows[] = {
#define MSG(id, NAME, name, from, to, max_bytes, fields) \
	[id] = { M_##NAME, #NAME, from, to, max_bytes },
#include "common/messages.def"
};

static const struct record *(*const bodies[])(void) = {
#define MSG(id, NAME, name, from, to, max_bytes, fields) \
	[id] = message_##name,
#include "common/messages.def"
};

/* Where the fields of any message start. */
#define BODY	offsetof(struct msg, hello)

const struct msg_row *
msg_row(uint32_t id)
{
	if (id >= sizeof(rows) / sizeof(rows[0]) || rows[id].name == NULL)
		return NULL;
	return &rows[id];
}

/* ---- memory of lists ---- */

struct msg_chunk {
	struct msg_chunk	*next;
	size_t			 size;
	uint64_t		 data[];	/* for its alignment */
};

void
msg_arena_init(struct msg_arena *a)
{
	a->chunks = NULL;
	a->used = 0;
}

static void
free_chunks(struct msg_chunk *c)
{
	struct msg_chunk *next;

	for (; c != NULL; c = next) {
		next = c->next;
		xfree(c);
	}
}

void
msg_arena_reset(struct msg_arena *a)
{
	struct msg_chunk *c = a->chunks;

	if (c != NULL) {
		free_chunks(c->next);
		c->next = NULL;
		if (c->size > CHUNK_KEEP) {
			xfree(c);
			a->chunks = NULL;
		}
	}
	a->used = 0;
}

void
msg_arena_clear(struct msg_arena *a)
{
	free_chunks(a->chunks);
	msg_arena_init(a);
}

/* 8-aligned; NULL if there is no memory. */
static void *
arena_take(struct msg_arena *a, size_t n)
{
	struct msg_chunk *c = a->chunks;
	size_t size;
	void *p;

	n = (n + 7) & ~(size_t)7;
	if (c == NULL || n > c->size - a->used) {
		size = c == NULL ? CHUNK_LEAST : c->size * 2;
		if (size > CHUNK_KEEP)
			size = CHUNK_KEEP;
		if (size < n)
			size = n;
		c = xtry_malloc(sizeof(*c) + size);
		if (c == NULL)
			return NULL;
		c->next = a->chunks;
		c->size = size;
		a->chunks = c;
		a->used = 0;
	}
	p = (uint8_t *)c->data + a->used;
	a->used += n;
	return p;
}

/* ---- encoding ---- */

static int
append(void *arg, const char *p, size_t n)
{
	buf_add(arg, p, n);
	return 0;
}

static void encode_record(msgpack_packer *, const struct record *,
    const uint8_t *);

static void
encode_list(msgpack_packer *pk, const struct field *f, const uint8_t *at)
{
	const struct record *r;
	struct list l;
	size_t i;

	memcpy(&l, at, sizeof(l));
	msgpack_pack_array(pk, l.n);
	for (i = 0; i < l.n; i++) {
		if (f->kind == KIND_US)
			msgpack_pack_uint64(pk, ((const uint64_t *)l.v)[i]);
		else if (f->kind == KIND_IS)
			msgpack_pack_int64(pk, ((const int64_t *)l.v)[i]);
		else {
			r = f->record();
			encode_record(pk, r,
			    (const uint8_t *)l.v + i * r->size);
		}
	}
}

static void
encode_plain(msgpack_packer *pk, const struct field *f, const uint8_t *at)
{
	uint64_t u;
	int64_t i;
	double d;
	bool b;

	switch (f->kind) {
	case KIND_U:
		memcpy(&u, at, sizeof(u));
		msgpack_pack_uint64(pk, u);
		break;
	case KIND_I:
		memcpy(&i, at, sizeof(i));
		msgpack_pack_int64(pk, i);
		break;
	case KIND_F:
		memcpy(&d, at, sizeof(d));
		msgpack_pack_double(pk, d);
		break;
	default:
		memcpy(&b, at, sizeof(b));
		if (b)
			msgpack_pack_true(pk);
		else
			msgpack_pack_false(pk);
		break;
	}
}

static void
encode_field(msgpack_packer *pk, const struct field *f, const uint8_t *at)
{
	struct list l;

	switch (f->kind) {
	case KIND_S:
		memcpy(&l, at, sizeof(l));
		msgpack_pack_str(pk, l.n);
		append(pk->data, l.v, l.n);
		break;
	case KIND_X:
		memcpy(&l, at, sizeof(l));
		msgpack_pack_bin(pk, l.n);
		append(pk->data, l.v, l.n);
		break;
	case KIND_US:
	case KIND_IS:
	case KIND_L:
		encode_list(pk, f, at);
		break;
	default:
		encode_plain(pk, f, at);
		break;
	}
}

static void
encode_fields(msgpack_packer *pk, const struct record *r, const uint8_t *at)
{
	uint32_t i;

	for (i = 0; i < r->n; i++)
		encode_field(pk, &r->fields[i], at + r->fields[i].offset);
}

static void
encode_record(msgpack_packer *pk, const struct record *r, const uint8_t *at)
{
	msgpack_pack_array(pk, r->n);
	encode_fields(pk, r, at);
}

void
msg_encode_head(struct buf *b, const struct msg *m)
{
	const struct record *r = bodies[m->id]();
	const uint8_t *at = (const uint8_t *)m + BODY;
	msgpack_packer pk;
	struct list last;
	uint32_t i;

	msgpack_packer_init(&pk, b, append);
	msgpack_pack_array(&pk, r->n + 1);
	msgpack_pack_uint64(&pk, m->id);
	for (i = 0; i + 1 < r->n; i++)
		encode_field(&pk, &r->fields[i], at + r->fields[i].offset);
	memcpy(&last, at + r->fields[i].offset, sizeof(last));
	msgpack_pack_bin(&pk, last.n);
}

void
msg_encode(struct buf *b, const struct msg *m)
{
	const struct record *r = bodies[m->id]();
	msgpack_packer pk;

	msgpack_packer_init(&pk, b, append);
	msgpack_pack_array(&pk, r->n + 1);
	msgpack_pack_uint64(&pk, m->id);
	encode_fields(&pk, r, (const uint8_t *)m + BODY);
}

/* ---- decoding ---- */

struct decoder {
	struct wire		 w;
	struct msg_arena	*arena;
	struct msg_fault	*fault;
	enum error		 error;
};

static bool
fail(struct decoder *d, enum error e, const char *why)
{
	d->error = e;
	d->fault->why = why;
	d->fault->offset = (size_t)(d->w.p - d->w.start);
	return false;
}

static bool
bad(struct decoder *d, const char *why)
{
	return fail(d, E_BAD_MESSAGE, why);
}

static bool decode_record(struct decoder *, const struct record *, uint8_t *);

/* Memory for the n elements of a list, n already bounded by the bytes left. */
static void *
take_list(struct decoder *d, const struct field *f, uint32_t n)
{
	size_t size = f->kind == KIND_L ? f->record()->size : 8;
	void *v = arena_take(d->arena, n * size);

	if (v == NULL)
		fail(d, E_OVERLOADED, "no memory for the list");
	return v;
}

static bool
decode_element(struct decoder *d, const struct field *f, void *v, uint32_t i)
{
	const struct record *r;

	switch (f->kind) {
	case KIND_US:
		return wire_u64(&d->w, (uint64_t *)v + i) ||
		    bad(d, "not all numbers of 0 or more");
	case KIND_IS:
		return wire_i64(&d->w, (int64_t *)v + i) ||
		    bad(d, "not all whole numbers");
	default:
		r = f->record();
		return decode_record(d, r, (uint8_t *)v + (size_t)i * r->size);
	}
}

static bool
decode_list(struct decoder *d, const struct field *f, uint8_t *at)
{
	struct list l = { NULL, 0 };
	uint32_t i, n;
	void *v;

	if (!wire_array(&d->w, f->max, &n))
		return bad(d, "not a list, or too long");
	if (n == 0)
		return true;
	v = take_list(d, f, n);
	if (v == NULL)
		return false;
	for (i = 0; i < n; i++) {
		d->fault->field = f->name;
		if (!decode_element(d, f, v, i))
			return false;
	}
	l.v = v;
	l.n = n;
	memcpy(at, &l, sizeof(l));
	return true;
}

static bool
decode_text(struct decoder *d, const struct field *f, uint8_t *at)
{
	struct str s;
	struct bytes b;

	if (f->kind == KIND_S) {
		if (!wire_str(&d->w, f->max, &s))
			return bad(d, "not UTF-8 text, or too long");
		memcpy(at, &s, sizeof(s));
	} else {
		if (!wire_bin(&d->w, f->max, &b))
			return bad(d, "not bytes, or too long");
		memcpy(at, &b, sizeof(b));
	}
	return true;
}

static bool
decode_plain(struct decoder *d, const struct field *f, uint8_t *at)
{
	uint64_t u;
	int64_t i;
	double v;
	bool b;

	switch (f->kind) {
	case KIND_U:
		if (!wire_u64(&d->w, &u))
			return bad(d, "not a number of 0 or more");
		memcpy(at, &u, sizeof(u));
		return true;
	case KIND_I:
		if (!wire_i64(&d->w, &i))
			return bad(d, "not a whole number");
		memcpy(at, &i, sizeof(i));
		return true;
	case KIND_F:
		if (!wire_f64(&d->w, &v))
			return bad(d, "not a number");
		memcpy(at, &v, sizeof(v));
		return true;
	default:
		if (!wire_bool(&d->w, &b))
			return bad(d, "not true or false");
		memcpy(at, &b, sizeof(b));
		return true;
	}
}

static bool
decode_field(struct decoder *d, const struct field *f, uint8_t *at)
{
	d->fault->field = f->name;
	switch (f->kind) {
	case KIND_S:
	case KIND_X:
		return decode_text(d, f, at);
	case KIND_US:
	case KIND_IS:
	case KIND_L:
		return decode_list(d, f, at);
	default:
		return decode_plain(d, f, at);
	}
}

/* n fields into a zeroed struct: missing ones stay 0, unknown are skipped. */
static bool
decode_fields(struct decoder *d, const struct record *r, uint32_t n,
    uint8_t *at)
{
	uint32_t i;

	for (i = 0; i < n && i < r->n; i++) {
		if (!decode_field(d, &r->fields[i], at + r->fields[i].offset))
			return false;
	}
	for (; i < n; i++) {
		d->fault->field = NULL;
		if (!wire_skip(&d->w, SKIP_DEPTH))
			return bad(d, "not a well-formed value");
	}
	return true;
}

static bool
decode_record(struct decoder *d, const struct record *r, uint8_t *at)
{
	uint32_t n;

	memset(at, 0, r->size);
	if (!wire_array(&d->w, UINT32_MAX, &n))
		return bad(d, "not a list of records");
	return decode_fields(d, r, n, at);
}

/* The head: a known id, going this way, within its size. */
static const struct msg_row *
decode_head(struct decoder *d, uint8_t from, uint8_t to, uint32_t *n)
{
	const struct msg_row *row;
	uint64_t id;

	if (!wire_array(&d->w, UINT32_MAX, n) || *n == 0 ||
	    !wire_u64(&d->w, &id)) {
		bad(d, "not an array that starts with an id");
		return NULL;
	}
	row = id > UINT32_MAX ? NULL : msg_row((uint32_t)id);
	if (row == NULL) {
		bad(d, "not a known id");
		return NULL;
	}
	d->fault->message = row->name;
	if ((row->from & from) == 0 || (row->to & to) == 0) {
		fail(d, E_NOT_ALLOWED, "may not go this way");
		return NULL;
	}
	if ((size_t)(d->w.end - d->w.start) > row->max_bytes) {
		fail(d, E_TOO_BIG, "over its limit");
		return NULL;
	}
	return row;
}

enum error
msg_decode(struct msg *m, const void *p, size_t len, uint8_t from, uint8_t to,
    struct msg_arena *arena, struct msg_fault *fault)
{
	struct decoder d = { .arena = arena, .fault = fault };
	const struct msg_row *row;
	const struct record *r;
	uint32_t n;

	memset(fault, 0, sizeof(*fault));
	wire_init(&d.w, p, len);
	row = decode_head(&d, from, to, &n);
	if (row == NULL)
		return d.error;
	r = bodies[row->id]();
	m->id = row->id;
	memset((uint8_t *)m + BODY, 0, r->size);
	if (!decode_fields(&d, r, n - 1, (uint8_t *)m + BODY))
		return d.error;
	if (wire_left(&d.w) != 0) {
		fault->field = NULL;
		bad(&d, "followed by other bytes");
		return d.error;
	}
	return E_OK;
}

uint32_t
msg_peek(const void *p, size_t len)
{
	struct wire w;
	uint64_t id;
	uint32_t n;

	wire_init(&w, p, len);
	if (!wire_array(&w, UINT32_MAX, &n) || n == 0 || !wire_u64(&w, &id) ||
	    id > UINT32_MAX)
		return 0;
	return (uint32_t)id;
}
