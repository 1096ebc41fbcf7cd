/*
 * The performance simulator: see scripts/sim --help.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bound.h"
#include "run.h"

struct options {
	const char	*workload, *people;	/* NULL: all */
	uint64_t	 seed, seeds;
	double		 noise;
	enum policy	 policy;
};

static double
ratio(const struct options *o, const struct people *p, const char *name)
{
	double ln = 0, work, seconds = 0, bound = 0;
	struct run_figures f = { 0 };
	uint64_t i;

	for (i = 0; i < o->seeds; i++) {
		struct work *w = workload(name, o->seed + i);
		struct run_setup setup = { .people = p, .work = w, .policy = o->policy,
			.seed = o->seed + i, .noise = o->noise };
		struct bound b;

		run_once(&setup, &f);
		bound_of(w, f.traits, f.n_traits, &b);
		ln += log(f.seconds / b.best);
		seconds += f.seconds;
		bound += b.best;
		if (o->seeds == 1)
			fprintf(stderr, "    work %.4f service %.4f path %.4f "
			    "data %.4f product %.4f rounds %.4f\n", b.work, b.service,
			    b.path, b.data, b.product, b.rounds);
		if (!f.done)
			printf("    not done, seed %llu: %u of %u values\n",
			    (unsigned long long)(o->seed + i), f.got,
			    w->n_wanted);
		work = f.server.ops_sent == 0 ? 0 : f.server.cpu * 1e6 /
		    (double)f.server.ops_sent;
		if (i + 1 == o->seeds)
			printf("%-7s %-12s %9.4f s  bound %8.4f  ratio %7.2f"
			    "  down %7.1f MB up %7.1f MB  busy %3.0f%%  "
			    "groups %llu ops %llu of %u  %.2f us/op\n",
			    p->name, name, seconds / (double)o->seeds,
			    bound / (double)o->seeds,
			    exp(ln / (double)o->seeds), f.down * 1e-6,
			    f.up * 1e-6, f.busy * 100,
			    (unsigned long long)f.server.assigns,
			    (unsigned long long)f.server.ops_sent,
			    w->n_ops - w->n_sources, work);
		run_clear(&f);
		work_free(w);
	}
	fflush(stdout);
	return ln / (double)o->seeds;
}

static void
table(const struct options *o)
{
	const struct people *p;
	const char *name;
	double ln;
	size_t i, k, n;

	for (i = 0; (p = people_at(i)) != NULL; i++) {
		if (o->people != NULL && strcmp(o->people, p->name) != 0)
			continue;
		for (k = 0, ln = 0, n = 0; (name = workload_name(k)) != NULL;
		    k++) {
			if (o->workload != NULL &&
			    strcmp(o->workload, name) != 0)
				continue;
			ln += ratio(o, p, name);
			n++;
		}
		printf("%-7s %-12s geometric mean %.3f\n\n", p->name, "",
		    exp(ln / (double)n));
	}
}

static void
usage(void)
{
	fprintf(stderr, "usage: perf [--workload NAME] [--people NAME] "
	    "[--seed N] [--seeds N] [--noise X]\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	struct options o = { .seed = 1, .seeds = 1, .noise = -1 };
	int i;

	for (i = 1; i < argc; i += 2) {
		if (i + 1 >= argc)
			usage();
		if (strcmp(argv[i], "--workload") == 0)
			o.workload = argv[i + 1];
		else if (strcmp(argv[i], "--people") == 0)
			o.people = argv[i + 1];
		else if (strcmp(argv[i], "--seed") == 0)
			o.seed = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seeds") == 0)
			o.seeds = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--noise") == 0)
			o.noise = strtod(argv[i + 1], NULL);
		else if (strcmp(argv[i], "--policy") == 0)
			o.policy = policy_find(argv[i + 1]);
		else
			usage();
	}
	if (o.policy == POLICIES)
		usage();
	table(&o);
	return 0;
}
