/*
 * Reads the record into a new core.  Before the loop runs: it may block.  A
 * damaged graph is frozen and counted; a store that does not answer is an
 * error, an unknown format the end.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/record.h"
#include "common/text.h"

#define GRAPH_PREFIX	"raven:graph:"
#define DATA_PREFIX	"raven:data:"
#define CLIENT_PREFIX	"raven:client:"

struct one {
	char	value[80];
	size_t	n;		/* 0: there is none */
	bool	ok;
};

struct loader {
	struct store		*st;
	struct sched		*s;
	struct load_counts	*counts;
	uint64_t		*graphs;
	size_t			 n_graphs;
	uint64_t		 g;
	int			 bad;
	char			*err;
	size_t			 err_len;
};

static struct bytes
bytes_of(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static void
on_one(void *arg, bool ok, const struct store_field *f, size_t n)
{
	struct one *o = arg;

	o->ok = ok;
	o->n = 0;
	if (n != 1 || f[0].value.n >= sizeof(o->value))
		return;
	memcpy(o->value, f[0].value.p, f[0].value.n);
	o->n = f[0].value.n;
	o->value[o->n] = '\0';
}

static int
read_one(struct store *st, const char *key, struct one *o, char *err,
    size_t err_len)
{
	memset(o, 0, sizeof(*o));
	return st->ops->read(st, bytes_of(key), on_one, o, err, err_len);
}

static int
write_one(struct store *st, const char *key, const char *value, char *err,
    size_t err_len)
{
	struct store_write w = { .op = STORE_SET, .key = bytes_of(key),
		.value = bytes_of(value) };

	return st->ops->write(st, &w, 1, err, err_len);
}

static int
load_format(struct store *st, bool *fatal, char *err, size_t err_len)
{
	struct one o;

	if (read_one(st, "raven:format", &o, err, err_len) != 0)
		return -1;
	if (o.n == 0)
		return write_one(st, "raven:format", STORE_FORMAT, err,
		    err_len);
	if (strcmp(o.value, STORE_FORMAT) == 0)
		return 0;
	*fatal = true;
	snprintf(err, err_len, "raven:format in Redis is \"%s\", this program "
	    "reads \"%s\": use the version that wrote it, or another state_dir",
	    o.value, STORE_FORMAT);
	return -1;
}

static int
load_number(struct store *st, const char *key, uint64_t *v, char *err,
    size_t err_len)
{
	struct one o;

	*v = 0;
	if (read_one(st, key, &o, err, err_len) != 0)
		return -1;
	if (o.n > 0 && text_u64((struct bytes){ (uint8_t *)o.value, o.n }, v)
	    != 0) {
		snprintf(err, err_len, "%s in Redis is not a number", key);
		return -1;
	}
	return 0;
}

static int
load_secret(struct store *st, const uint8_t random[DIGEST_KEY_LEN],
    struct sched_setup *set, char *err, size_t err_len)
{
	char hex[DIGEST_HEX];
	struct one o;

	if (read_one(st, "raven:secret", &o, err, err_len) != 0)
		return -1;
	if (o.n > 0 && digest_parse(o.value, o.n, set->token_key) == 0)
		return 0;
	memcpy(set->token_key, random, DIGEST_KEY_LEN);
	digest_hex(random, hex);
	return write_one(st, "raven:secret", hex, err, err_len);
}

int
load_setup(struct store *st, const uint8_t random[DIGEST_KEY_LEN],
    struct sched_setup *set, bool *fatal, char *err, size_t err_len)
{
	char number[24];

	*fatal = false;
	if (load_format(st, fatal, err, err_len) != 0 ||
	    load_number(st, "raven:epoch", &set->epoch, err, err_len) != 0 ||
	    load_number(st, "raven:next", &set->next_graph, err,
	    err_len) != 0 ||
	    load_secret(st, random, set, err, err_len) != 0)
		return -1;
	set->epoch++;
	snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)set->epoch);
	return write_one(st, "raven:epoch", number, err, err_len);
}

/* Graph hashes end with the brace; :ops and :groups are read with them. */
static int
visit_graph(void *arg, struct bytes key)
{
	struct loader *l = arg;
	size_t n = sizeof(GRAPH_PREFIX) - 1;
	struct bytes number;
	uint64_t g;

	if (key.n < n + 3 || key.p[n] != '{' || key.p[key.n - 1] != '}')
		return 0;
	number = (struct bytes){ key.p + n + 1, key.n - n - 2 };
	if (text_u64(number, &g) != 0)
		return 0;
	l->graphs = xrealloc(l->graphs, (l->n_graphs + 1) * sizeof(*l->graphs));
	l->graphs[l->n_graphs++] = g;
	return 0;
}

static void
on_graph_hash(void *arg, bool ok, const struct store_field *f, size_t n)
{
	struct loader *l = arg;

	if (!ok || sched_load_graph(l->s, l->g, f, n) != 0)
		l->bad = 1;
}

/* Records must be 8-aligned; replies are not. */
static struct bytes
aligned(struct bytes b)
{
	uint8_t *p = xmalloc(b.n + 8);

	if (b.n > 0)
		memcpy(p, b.p, b.n);
	return (struct bytes){ p, b.n };
}

static void
on_ops_hash(void *arg, bool ok, const struct store_field *f, size_t n)
{
	const struct store_field **by = xcalloc(n + 1, sizeof(*by));
	struct loader *l = arg;
	struct bytes rec;
	uint64_t number;
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_u64(f[i].field, &number) != 0 || number == 0 ||
		    number > n)
			l->bad = 1;
		else
			by[number - 1] = &f[i];
	}
	for (i = 0; ok && i < n && by[i] != NULL && !l->bad; i++) {
		rec = aligned(by[i]->value);
		if (sched_load_batch(l->s, l->g, i + 1, rec) != 0)
			l->bad = 1;
		l->counts->batches++;
		xfree((void *)(uintptr_t)rec.p);
	}
	if (!ok || i < n)
		l->bad = 1;
	xfree(by);
}

static void
on_groups_hash(void *arg, bool ok, const struct store_field *f, size_t n)
{
	struct loader *l = arg;
	struct bytes rec;
	size_t i;

	for (i = 0; ok && i < n && !l->bad; i++) {
		rec = aligned(f[i].value);
		if (sched_load_group(l->s, l->g, f[i].field, rec) != 0)
			l->bad = 1;
		l->counts->groups++;
		xfree((void *)(uintptr_t)rec.p);
	}
	if (!ok)
		l->bad = 1;
}

static int
load_graph(struct loader *l)
{
	static const char *const suffix[] = { "", ":ops", ":groups" };
	static const store_reply fn[] = { on_graph_hash, on_ops_hash,
		on_groups_hash };
	char key[64];
	int i;

	l->bad = 0;
	for (i = 0; i < 3; i++) {
		snprintf(key, sizeof(key), GRAPH_PREFIX "{%llu}%s",
		    (unsigned long long)l->g, suffix[i]);
		if (l->st->ops->read(l->st, bytes_of(key), fn[i], l, l->err,
		    l->err_len) != 0)
			return -1;
		if (l->bad || !sched_load_open(l->s, l->g))
			break;
	}
	l->counts->graphs++;
	l->counts->damaged += l->bad != 0;
	return 0;
}

static int
visit_data(void *arg, struct bytes key)
{
	struct loader *l = arg;
	uint8_t digest[DIGEST_LEN];
	size_t n = sizeof(DATA_PREFIX) - 1;

	if (digest_parse((const char *)key.p + n, key.n - n, digest) != 0)
		return 0;
	sched_load_stored(l->s, digest);
	l->counts->tensors++;
	return 0;
}

/* Nobody is here yet; who comes back says HELLO again. */
static int
visit_client(void *arg, struct bytes key)
{
	struct loader *l = arg;
	struct store_write w = { .op = STORE_HSET, .key = key,
		.field = bytes_of("status"), .value = bytes_of("offline") };

	return l->st->ops->write(l->st, &w, 1, l->err, l->err_len);
}

static int
compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int
load_all(struct store *st, struct sched *s, struct load_counts *counts,
    char *err, size_t err_len)
{
	struct loader l = { .st = st, .s = s, .counts = counts, .err = err,
		.err_len = err_len };
	size_t i;
	int r;

	memset(counts, 0, sizeof(*counts));
	r = st->ops->walk(st, GRAPH_PREFIX, visit_graph, &l, err, err_len);
	if (l.n_graphs > 0)
		qsort(l.graphs, l.n_graphs, sizeof(*l.graphs), compare_u64);
	for (i = 0; r == 0 && i < l.n_graphs; i++) {
		if (i > 0 && l.graphs[i] == l.graphs[i - 1])
			continue;	/* a walk may show a key twice */
		l.g = l.graphs[i];
		r = load_graph(&l);
	}
	if (r == 0)
		r = st->ops->walk(st, DATA_PREFIX, visit_data, &l, err,
		    err_len);
	if (r == 0)
		r = st->ops->walk(st, CLIENT_PREFIX, visit_client, &l, err,
		    err_len);
	xfree(l.graphs);
	return r;
}
