/*
 * What must hold of every run: the same seed gives the same run, it ends, and
 * it does not beat the bound.
 */
#include <stdio.h>
#include <string.h>

#include "bound.h"
#include "run.h"

static int failed;

static void
fail(const struct run_setup *s, const char *what, double got, double wanted)
{
	fprintf(stderr, "%s, %s, %s: %s: %.9g, %.9g\n", s->people->name,
	    s->work->name, policy_name(s->policy), what, got, wanted);
	failed = 1;
}

static void
same(const struct run_setup *s, const struct run_figures *a,
    const struct run_figures *b)
{
	if (a->seconds != b->seconds)
		fail(s, "other makespan", b->seconds, a->seconds);
	if (a->events != b->events)
		fail(s, "other events", (double)b->events,
		    (double)a->events);
	if (a->down != b->down || a->up != b->up)
		fail(s, "other bytes", b->down + b->up, a->down + a->up);
	if (a->server.assigns != b->server.assigns)
		fail(s, "other groups", (double)b->server.assigns,
		    (double)a->server.assigns);
}

/* Without noise: the bound takes the speeds as they are. */
static void
check(const struct people *people, const char *name, enum policy policy,
    bool twice)
{
	struct work *w = workload(name, 1);
	struct run_setup s = { .people = people, .work = w,
		.policy = policy, .seed = 1 };
	struct run_figures f, again;
	struct bound b;

	run_once(&s, &f);
	if (!f.done)
		fail(&s, "not all values came", f.got, w->n_wanted);
	bound_of(w, f.traits, f.n_traits, &b);
	if (f.seconds < b.best)
		fail(&s, "less than the bound", f.seconds, b.best);
	if (twice) {
		run_once(&s, &again);
		same(&s, &f, &again);
		run_clear(&again);
	}
	run_clear(&f);
	work_free(w);
}

int
main(void)
{
	const struct people *people;
	const char *name;
	size_t i, k;
	int p;

	for (i = 0; (people = people_at(i)) != NULL; i++)
		for (k = 0; (name = workload_name(k)) != NULL; k++)
			check(people, name, POLICY_CORE, i == 0);
	for (p = 0; p < POLICIES; p++)
		check(people_find("native"), "tree 4k", (enum policy)p, true);
	return failed;
}
