/*
 * The table of values.  It never evicts: what is forgotten, and when, is the
 * scheduler's to say; a blob over the limit is refused instead.
 * Dies of: no memory for a table entry.
 */
#include "worker/values.h"

#include <string.h>

#define BUCKETS_FIRST	64

void
values_init(struct values *t, uint64_t limit)
{
	memset(t, 0, sizeof(*t));
	t->n_buckets = BUCKETS_FIRST;
	t->buckets = xcalloc(t->n_buckets, sizeof(*t->buckets));
	t->limit = limit;
}

static void
free_waiters(struct value *v)
{
	struct waiter *w, *next;

	for (w = v->waiters; w != NULL; w = next) {
		next = w->next;
		xfree(w);
	}
	v->waiters = NULL;
}

void
values_clear(struct values *t)
{
	struct value *v, *next;
	size_t i;

	for (i = 0; i < t->n_buckets; i++) {
		for (v = t->buckets[i]; v != NULL; v = next) {
			next = v->chain;
			values_unref(t, v->blob);
			free_waiters(v);
			xfree(v);
		}
	}
	xfree(t->buckets);
	memset(t, 0, sizeof(*t));
}

static size_t
hash(uint64_t g, uint64_t op)
{
	uint64_t h = (g * 0x9e3779b97f4a7c15u) ^ (op * 0xc2b2ae3d27d4eb4fu);

	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9u;
	return (size_t)(h ^ (h >> 32));
}

struct value *
values_find(const struct values *t, uint64_t g, uint64_t op)
{
	struct value *v = t->buckets[hash(g, op) & (t->n_buckets - 1)];

	while (v != NULL && (v->g != g || v->op != op))
		v = v->chain;
	return v;
}

static void
grow(struct values *t)
{
	size_t n = t->n_buckets * 2, i, to;
	struct value **buckets = xcalloc(n, sizeof(*buckets)), *v, *next;

	for (i = 0; i < t->n_buckets; i++) {
		for (v = t->buckets[i]; v != NULL; v = next) {
			next = v->chain;
			to = hash(v->g, v->op) & (n - 1);
			v->chain = buckets[to];
			buckets[to] = v;
		}
	}
	xfree(t->buckets);
	t->buckets = buckets;
	t->n_buckets = n;
}

static void
link_expected(struct values *t, struct value *v)
{
	v->prev = t->expected_last;
	v->next = NULL;
	if (v->prev != NULL)
		v->prev->next = v;
	else
		t->expected = v;
	t->expected_last = v;
}

static void
unlink_expected(struct values *t, struct value *v)
{
	if (v->prev != NULL)
		v->prev->next = v->next;
	else
		t->expected = v->next;
	if (v->next != NULL)
		v->next->prev = v->prev;
	else
		t->expected_last = v->prev;
	v->next = v->prev = NULL;
}

struct value *
values_expect(struct values *t, uint64_t g, uint64_t op)
{
	struct value *v = values_find(t, g, op);
	size_t i;

	if (v != NULL)
		return v;
	if (t->n >= t->n_buckets)
		grow(t);
	v = xcalloc(1, sizeof(*v));
	v->g = g;
	v->op = op;
	i = hash(g, op) & (t->n_buckets - 1);
	v->chain = t->buckets[i];
	t->buckets[i] = v;
	t->n++;
	link_expected(t, v);
	return v;
}

void
values_wait(struct value *v, struct group *group, uint32_t input)
{
	struct waiter *w = xmalloc(sizeof(*w));

	w->group = group;
	w->input = input;
	w->next = v->waiters;
	v->waiters = w;
}

void
values_unwait(struct value *v, const struct group *group)
{
	struct waiter **at = &v->waiters, *w;

	while ((w = *at) != NULL) {
		if (w->group == group) {
			*at = w->next;
			xfree(w);
		} else
			at = &w->next;
	}
}

void
values_fill(struct values *t, struct value *v, struct blob *b)
{
	if (v->blob != NULL)
		return;
	v->blob = blob_ref(b);
	v->sent = false;
	v->producer = NULL;
	t->n_held++;
	unlink_expected(t, v);
}

void
values_remove(struct values *t, struct value *v)
{
	struct value **at = &t->buckets[hash(v->g, v->op) & (t->n_buckets - 1)];

	while (*at != v)
		at = &(*at)->chain;
	*at = v->chain;
	if (v->blob == NULL)
		unlink_expected(t, v);
	else
		t->n_held--;
	t->n--;
	values_unref(t, v->blob);
	free_waiters(v);
	xfree(v);
}

struct value *
values_awaited(const struct values *t, const uint8_t digest[DIGEST_LEN])
{
	struct value *v = t->expected;

	while (v != NULL && !(v->sent &&
	    memcmp(v->digest, digest, DIGEST_LEN) == 0))
		v = v->next;
	return v;
}

void
values_each(struct values *t, void (*f)(struct value *, void *), void *arg)
{
	struct value *v, *next;
	size_t i;

	for (i = 0; i < t->n_buckets; i++) {
		for (v = t->buckets[i]; v != NULL; v = next) {
			next = v->chain;
			f(v, arg);
		}
	}
}

struct blob *
values_blob(struct values *t, const struct shape *s, size_t size, uint8_t *data)
{
	struct blob *b;

	if (t->bytes > t->limit || size > t->limit - t->bytes)
		return NULL;
	if (data == NULL && (data = xtry_malloc(size)) == NULL)
		return NULL;
	b = xcalloc(1, sizeof(*b));
	b->refs = 1;
	b->shape = *s;
	b->data = data;
	b->size = size;
	t->bytes += size;
	return b;
}

struct blob *
blob_ref(struct blob *b)
{
	b->refs++;
	return b;
}

void
values_unref(struct values *t, struct blob *b)
{
	if (b == NULL || --b->refs > 0)
		return;
	t->bytes -= b->size;
	xfree(b->data);
	xfree(b);
}
