/*
 * The record in memory: one array of (key, field, value), found by a hash of
 * key and field.  Sorted sets keep the score as text.  For tests only, but
 * written to the same contract as store_redis.c.
 */
#include "store_mem.h"

#include <stdio.h>
#include <string.h>

#include "core/map.h"

struct entry {
	struct buf	key, field, value;
	bool		used;
};

struct pending {
	uint64_t		 number;
	struct store_write	*writes;	/* with bytes of their own */
	size_t			 n;
};

struct store_mem {
	struct store	 store;
	struct entry	*v;
	uint32_t	 n, cap;
	struct map	 index;
	struct pending	*queue;
	size_t		 n_queue;
	size_t		 bytes;
	bool		 held;
};

static uint64_t
mem_hash(struct bytes key, struct bytes field)
{
	uint64_t h = map_mix(1, key.n);
	size_t i;

	for (i = 0; i < key.n; i++)
		h = (h ^ key.p[i]) * 0x100000001b3u;
	h = map_mix(h, field.n);
	for (i = 0; i < field.n; i++)
		h = (h ^ field.p[i]) * 0x100000001b3u;
	return map_mix(2, h);
}

static bool
same(const struct buf *b, struct bytes x)
{
	return b->len == x.n && (x.n == 0 || memcmp(b->data, x.p, x.n) == 0);
}

static void
set(struct buf *b, struct bytes x)
{
	buf_reset(b);
	if (x.n > 0)
		buf_add(b, x.p, x.n);
}

static struct entry *
mem_find(const struct store_mem *m, struct bytes key, struct bytes field)
{
	uint64_t h;
	uint32_t i;

	for (h = mem_hash(key, field);; h++) {
		i = map_get(&m->index, h);
		if (i == MAP_NONE)
			return NULL;
		if (same(&m->v[i].key, key) && same(&m->v[i].field, field))
			return m->v[i].used ? &m->v[i] : NULL;
	}
}

static void
mem_put(struct store_mem *m, struct bytes key, struct bytes field,
    struct bytes value)
{
	struct entry *e;
	uint64_t h;
	uint32_t i;

	for (h = mem_hash(key, field); (i = map_get(&m->index, h)) != MAP_NONE;
	    h++) {
		if (same(&m->v[i].key, key) && same(&m->v[i].field, field))
			break;
	}
	if (i == MAP_NONE) {
		if (m->n == m->cap) {
			m->cap = m->cap ? m->cap * 2 : 64;
			m->v = xrealloc(m->v, m->cap * sizeof(*m->v));
		}
		i = m->n++;
		memset(&m->v[i], 0, sizeof(m->v[i]));
		map_put(&m->index, h, i);
		set(&m->v[i].key, key);
		set(&m->v[i].field, field);
	}
	e = &m->v[i];
	e->used = true;
	set(&e->value, value);
}

static void
mem_del(struct store_mem *m, struct bytes key)
{
	uint32_t i;

	for (i = 0; i < m->n; i++) {
		if (same(&m->v[i].key, key))
			m->v[i].used = false;
	}
}

static void
mem_apply(struct store_mem *m, const struct store_write *w)
{
	struct entry *e;
	char score[24];

	switch (w->op) {
	case STORE_SET:
	case STORE_HSET:
		mem_put(m, w->key, w->field, w->value);
		break;
	case STORE_HDEL:
	case STORE_ZREM:
		e = mem_find(m, w->key, w->field);
		if (e != NULL)
			e->used = false;
		break;
	case STORE_DEL:
		mem_del(m, w->key);
		break;
	case STORE_ZADD:
		snprintf(score, sizeof(score), "%llu",
		    (unsigned long long)w->score);
		mem_put(m, w->key, w->field, (struct bytes){
		    (const uint8_t *)score, strlen(score) });
		break;
	case STORE_XADD:
	case STORE_EXPIRE:
		break;
	}
}

static struct bytes
own(struct bytes b)
{
	uint8_t *p = xmalloc(b.n + 1);

	if (b.n > 0)
		memcpy(p, b.p, b.n);
	return (struct bytes){ p, b.n };
}

static void
pending_free(struct pending *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		xfree((void *)(uintptr_t)p->writes[i].key.p);
		xfree((void *)(uintptr_t)p->writes[i].field.p);
		xfree((void *)(uintptr_t)p->writes[i].value.p);
	}
	xfree(p->writes);
}

static void
mem_submit(struct store *st, uint64_t number, const struct store_write *w,
    size_t n)
{
	struct store_mem *m = (struct store_mem *)st;
	struct pending *p;
	size_t i;

	m->queue = xrealloc(m->queue, (m->n_queue + 1) * sizeof(*m->queue));
	p = &m->queue[m->n_queue++];
	*p = (struct pending){ number, xmalloc((n + 1) * sizeof(*w)), n };
	for (i = 0; i < n; i++) {
		p->writes[i] = w[i];
		p->writes[i].key = own(w[i].key);
		p->writes[i].field = own(w[i].field);
		p->writes[i].value = own(w[i].value);
		m->bytes += w[i].key.n + w[i].field.n + w[i].value.n;
	}
	if (!m->held)
		store_mem_step(st, SIZE_MAX);
}

size_t
store_mem_step(struct store *st, size_t n)
{
	struct store_mem *m = (struct store_mem *)st;
	struct pending p;
	size_t i, done;

	for (done = 0; done < n && m->n_queue > 0; done++) {
		p = m->queue[0];
		memmove(m->queue, m->queue + 1,
		    --m->n_queue * sizeof(*m->queue));
		for (i = 0; i < p.n; i++) {
			mem_apply(m, &p.writes[i]);
			m->bytes -= p.writes[i].key.n + p.writes[i].field.n +
			    p.writes[i].value.n;
		}
		if (st->events != NULL)
			st->events->recorded(st->arg, p.number);
		pending_free(&p);
	}
	return done;
}

void
store_mem_hold(struct store *st, bool held)
{
	struct store_mem *m = (struct store_mem *)st;

	m->held = held;
	if (!held)
		store_mem_step(st, SIZE_MAX);
}

void
store_mem_crash(struct store *st)
{
	struct store_mem *m = (struct store_mem *)st;
	size_t i;

	for (i = 0; i < m->n_queue; i++)
		pending_free(&m->queue[i]);
	m->n_queue = 0;
	m->bytes = 0;
}

static void
mem_answer(struct store_mem *m, struct bytes key, store_reply fn, void *arg)
{
	struct store_field *f = xmalloc((m->n + 1) * sizeof(*f));
	size_t n = 0;
	uint32_t i;

	for (i = 0; i < m->n; i++) {
		if (!m->v[i].used || !same(&m->v[i].key, key))
			continue;
		f[n].field = (struct bytes){ m->v[i].field.data,
			m->v[i].field.len };
		f[n++].value = (struct bytes){ m->v[i].value.data,
			m->v[i].value.len };
	}
	fn(arg, true, f, n);
	xfree(f);
}

static void
mem_get(struct store *st, struct bytes key, store_reply fn, void *arg)
{
	mem_answer((struct store_mem *)st, key, fn, arg);
}

static int
mem_read(struct store *st, struct bytes key, store_reply fn, void *arg,
    char *err, size_t err_len)
{
	(void)err;
	(void)err_len;
	mem_answer((struct store_mem *)st, key, fn, arg);
	return 0;
}

static int
mem_walk(struct store *st, const char *prefix, store_visit fn, void *arg,
    char *err, size_t err_len)
{
	struct store_mem *m = (struct store_mem *)st;
	struct map seen;
	struct bytes key;
	uint32_t i;
	int r = 0;

	(void)err;
	(void)err_len;
	map_init(&seen, 3);
	for (i = 0; i < m->n && r == 0; i++) {
		key = (struct bytes){ m->v[i].key.data, m->v[i].key.len };
		if (!m->v[i].used || key.n < strlen(prefix) ||
		    memcmp(key.p, prefix, strlen(prefix)) != 0 ||
		    map_get(&seen, mem_hash(key,
		    (struct bytes){ 0 })) != MAP_NONE)
			continue;
		map_put(&seen, mem_hash(key, (struct bytes){ 0 }), 1);
		r = fn(arg, key);
	}
	map_clear(&seen);
	return r;
}

static int
mem_write(struct store *st, const struct store_write *w, size_t n, char *err,
    size_t err_len)
{
	size_t i;

	(void)err;
	(void)err_len;
	for (i = 0; i < n; i++)
		mem_apply((struct store_mem *)st, &w[i]);
	return 0;
}

static size_t
mem_pending_bytes(const struct store *st)
{
	return ((const struct store_mem *)st)->bytes;
}

static size_t
mem_pending(const struct store *st)
{
	return ((const struct store_mem *)st)->n_queue;
}

static void
mem_free(struct store *st)
{
	struct store_mem *m = (struct store_mem *)st;
	uint32_t i;

	store_mem_crash(st);
	for (i = 0; i < m->n; i++) {
		buf_clear(&m->v[i].key);
		buf_clear(&m->v[i].field);
		buf_clear(&m->v[i].value);
	}
	map_clear(&m->index);
	xfree(m->v);
	xfree(m->queue);
	xfree(m);
}

static const struct store_ops mem_ops = { mem_submit, mem_get, mem_read,
	mem_walk, mem_write, mem_pending_bytes, mem_pending, mem_free };

struct store *
store_mem_new(void)
{
	struct store_mem *m = xcalloc(1, sizeof(*m));

	m->store.ops = &mem_ops;
	map_init(&m->index, 4);
	return &m->store;
}

struct bytes
store_mem_get(const struct store *st, const char *key, const char *field)
{
	const struct store_mem *m = (const struct store_mem *)st;
	struct entry *e = mem_find(m, (struct bytes){ (const uint8_t *)key,
	    strlen(key) }, (struct bytes){ (const uint8_t *)field,
	    strlen(field) });

	return e != NULL ? (struct bytes){ e->value.data, e->value.len } :
	    (struct bytes){ NULL, 0 };
}

size_t
store_mem_fields(const struct store *st, const char *key)
{
	const struct store_mem *m = (const struct store_mem *)st;
	size_t n = 0;
	uint32_t i;

	for (i = 0; i < m->n; i++)
		n += m->v[i].used && same(&m->v[i].key,
		    (struct bytes){ (const uint8_t *)key, strlen(key) });
	return n;
}
