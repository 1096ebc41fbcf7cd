/*
 * What a developer asks about graphs of its own: a list of them, and one with
 * its ops, by which another process goes on with it.
 */
#include "common/jsonw.h"
#include "sched_priv.h"

#define OPS_SAID	4096	/* ops in one answer */
#define INPUTS_SAID	64	/* of one op */
#define BYTES_SAID	(4u << 20)

static const char *const states[] = { "pending", "computing", "computed",
	"failed" };

static const char *
status_text(const struct graph *g)
{
	if (g->status == GRAPH_ENDED)
		return g->count[OP_FAILED] > 0 ? "failed" : "computed";
	if (g->status == GRAPH_CANCELLED || g->status == GRAPH_FROZEN)
		return "failed";
	return g->count[OP_COMPUTED] + g->count[OP_COMPUTING] > 0 ?
	    "computing" : "pending";
}

static void
put_graph(struct jsonw *j, const struct graph *g)
{
	jsonw_put_u64(j, "id", g->g);
	jsonw_put_string(j, "name", g->name);
	jsonw_put_string(j, "approach", g->approach);
	jsonw_put_string(j, "options", g->options);
	jsonw_put_string(j, "status", status_text(g));
	jsonw_put_bool(j, "open", g->status == GRAPH_RUNNING);
	jsonw_put_u64(j, "ops", g->n_ops);
	jsonw_put_u64(j, "computed", g->count[OP_COMPUTED]);
	jsonw_put_u64(j, "failed", g->count[OP_FAILED]);
}

static void
put_mine(struct jsonw *j, const struct sched *s, const struct dev *d)
{
	const struct graph *g;
	uint32_t i;

	jsonw_open(j, '[');
	for (i = 1; i < s->n_graphs; i++) {
		g = s->graphs[i];
		if (g == NULL || strcmp(g->owner, d->owner) != 0)
			continue;
		jsonw_open(j, '{');
		put_graph(j, g);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}

/* -1: only computing it shows. */
static void
put_length(struct jsonw *j, int64_t length)
{
	struct text t;

	text_init(&t);
	text_add_i64(&t, length);
	text_add_char(&t, '\0');
	jsonw_number(j, t.s);
}

/* [code, dtype, [lengths], [inputs], state] */
static void
put_op(struct jsonw *j, const struct graph *g, uint32_t op)
{
	const struct program *p = &g->batches[g->ops[op].batch].program;
	const struct shape *shape = graph_shape(g, op);
	const uint32_t *refs;
	uint32_t i, n = graph_inputs(g, op, &refs);

	jsonw_open(j, '[');
	jsonw_u64(j, p->ops[op - p->base].code);
	jsonw_u64(j, shape->dtype);
	jsonw_open(j, '[');
	for (i = 0; i < shape->ndim; i++)
		put_length(j, shape->dims[i]);
	jsonw_close(j, ']');
	jsonw_open(j, '[');
	for (i = 0; i < n && i < INPUTS_SAID; i++)
		jsonw_u64(j, refs[i]);
	jsonw_close(j, ']');
	jsonw_string(j, states[g->ops[op].state]);
	jsonw_close(j, ']');
}

static void
put_one(struct jsonw *j, const struct graph *g, uint64_t first)
{
	struct text key;
	uint64_t op;

	text_init(&key);
	text_add_hex(&key, g->key, sizeof(g->key));
	jsonw_open(j, '{');
	put_graph(j, g);
	jsonw_key(j, "key");
	jsonw_text(j, key.s, key.n);
	jsonw_put_u64(j, "batches", g->n_batches);
	jsonw_key(j, "items");
	jsonw_open(j, '[');
	for (op = first; graph_open(g) && op >= 1 && op <= g->n_ops &&
	    op - first < OPS_SAID && j->out->len < BYTES_SAID; op++)
		put_op(j, g, (uint32_t)op);
	jsonw_close(j, ']');
	jsonw_close(j, '}');
}

/* "G FIRST": a graph, and its ops from FIRST on. */
static const struct graph *
asked(struct sched *s, const struct dev *d, struct str arg, uint64_t *first)
{
	const char *space = arg.n == 0 ? NULL : memchr(arg.p, ' ', arg.n);
	const struct graph *g;
	struct bytes a, b;
	uint64_t number;

	if (space == NULL)
		return NULL;
	a = (struct bytes){ (const uint8_t *)arg.p, (size_t)(space - arg.p) };
	b = (struct bytes){ a.p + a.n + 1, arg.n - a.n - 1 };
	if (text_u64(a, &number) != 0 || text_u64(b, first) != 0)
		return NULL;
	g = sched_graph(s, number);
	return g != NULL && strcmp(g->owner, d->owner) == 0 ? g : NULL;
}

void
on_ask(struct sched *s, struct dev *d, const struct msg *m)
{
	struct msg a = { .id = M_ANSWER };
	const struct graph *g;
	struct buf json;
	struct jsonw j;
	uint64_t first;

	buf_init(&json);
	jsonw_init(&j, &json);
	if (str_eq(m->query.what, "graphs")) {
		put_mine(&j, s, d);
	} else if (str_eq(m->query.what, "graph") &&
	    (g = asked(s, d, m->query.arg, &first)) != NULL) {
		put_one(&j, g, first);
	} else {
		jsonw_open(&j, '{');
		jsonw_put_string(&j, "error", "There is no such graph of yours.");
		jsonw_close(&j, '}');
	}
	a.answer.text = (struct str){ (const char *)json.data, json.len };
	out_send(s->out, d->session, &a, false);
	buf_clear(&json);
}
