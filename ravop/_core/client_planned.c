/*
 * What PLANNED says, or REFUSE instead, as JSON for Python.
 */
#include "client_int.h"
#include "common/jsonw.h"

static void
put_members(struct jsonw *j, const struct msg_planned *m)
{
	size_t i;

	jsonw_key(j, "members");
	jsonw_open(j, '[');
	for (i = 0; i < m->members.n; i++) {
		jsonw_open(j, '{');
		jsonw_key(j, "kind");
		jsonw_text(j, m->members.v[i].kind.p, m->members.v[i].kind.n);
		jsonw_put_u64(j, "slots", m->members.v[i].slots);
		jsonw_put_f64(j, "share", m->members.v[i].share);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}

static void
put_classes(struct jsonw *j, const struct msg_planned *m)
{
	size_t i;

	jsonw_key(j, "classes");
	jsonw_open(j, '[');
	for (i = 0; i < m->classes.n; i++) {
		jsonw_open(j, '{');
		jsonw_key(j, "name");
		jsonw_text(j, m->classes.v[i].name.p, m->classes.v[i].name.n);
		jsonw_put_u64(j, "ops", m->classes.v[i].ops);
		jsonw_put_f64(j, "us", m->classes.v[i].us);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}

void
client_unplanned_text(const struct msg_refuse *m, struct buf *out)
{
	struct jsonw j;

	jsonw_init(&j, out);
	jsonw_open(&j, '{');
	jsonw_put_u64(&j, "code", m->code);
	jsonw_key(&j, "text");
	jsonw_text(&j, m->text.p, m->text.n);
	jsonw_close(&j, '}');
}

void
client_planned_text(const struct msg_planned *m, struct buf *out)
{
	struct jsonw j;

	jsonw_init(&j, out);
	jsonw_open(&j, '{');
	jsonw_put_u64(&j, "code", E_OK);
	jsonw_put_u64(&j, "basis", m->basis);
	jsonw_put_u64(&j, "ops", m->ops);
	jsonw_put_u64(&j, "groups", m->groups);
	jsonw_put_u64(&j, "team", m->team);
	put_members(&j, m);
	jsonw_put_u64(&j, "sent", m->sent);
	jsonw_put_u64(&j, "returned", m->returned);
	jsonw_put_u64(&j, "fetched", m->fetched);
	jsonw_put_f64(&j, "us", m->us);
	jsonw_put_f64(&j, "spread", m->spread);
	jsonw_put_bool(&j, "believed", m->believed);
	put_classes(&j, m);
	jsonw_close(&j, '}');
}
