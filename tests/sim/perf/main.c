/*
 * The performance simulator: see scripts/sim --help.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bound.h"
#include "fairness.h"
#include "gantt.h"
#include "recorded.h"
#include "report.h"

struct options {
	const char	*workload, *people, *policy;	/* NULL: all */
	const char	*page, *gantt, *recorded;
	uint64_t	 seed, seeds;
	double		 noise;
	bool		 bounds, fairness;
};

static const char *const help =
    "usage: perf [--workload NAME] [--people NAME] [--policy NAME]\n"
    "            [--seed N] [--seeds N] [--noise X] [--bounds yes]\n"
    "            [--fairness yes] [--page FILE] [--gantt FILE.svg] [--recorded FOLDER]\n";

static struct work *
work_of(const struct options *o, const char *name, uint64_t seed)
{
	char path[4096];
	struct work *w;

	if (o->recorded == NULL)
		return workload(name, seed);
	snprintf(path, sizeof(path), "%s/%s.graph", o->recorded, name);
	w = recorded(path);
	if (w == NULL)
		fprintf(stderr, "%s: not a recorded program\n", path);
	return w;
}

static void
one(const struct options *o, struct report *r, size_t people, size_t work,
    enum policy policy)
{
	struct work *w;
	struct run_figures f;
	struct run_setup setup = { .people = r->people[people],
		.policy = policy, .noise = o->noise };
	struct gantt *gantt = NULL;
	struct bound b;
	uint64_t i;

	for (i = 0; i < o->seeds; i++) {
		w = work_of(o, r->works[work], o->seed + i);
		if (w == NULL)
			return;
		setup.work = w;
		setup.seed = o->seed + i;
		if (isatty(2))
			fprintf(stderr, "\r\033[K%s, %s, %s, seed %llu",
			    setup.people->name, w->name, policy_name(policy),
			    (unsigned long long)setup.seed);
		if (o->gantt != NULL)
			gantt = gantt_new(w);
		setup.watch = gantt == NULL ? NULL : gantt_watch(gantt);
		run_once(&setup, &f);
		bound_of(w, f.traits, f.n_traits, &b);
		cell_add(&r->cells[people][work][policy], w, &f, b.best);
		if (o->bounds)
			printf("%s: work %.4f service %.4f path %.4f data "
			    "%.4f product %.4f rounds %.4f\n", w->name, b.work,
			    b.service, b.path, b.data, b.product, b.rounds);
		if (gantt != NULL && gantt_write(gantt, &setup, &f, b.best,
		    o->gantt) != 0)
			perror(o->gantt);
		gantt_free(gantt);
		run_clear(&f);
		work_free(w);
	}
}

static void
run_people(const struct options *o, struct report *r, size_t people)
{
	size_t i;
	int p;

	for (i = 0; i < r->n_works; i++)
		for (p = 0; p < POLICIES; p++)
			if (r->policies[p])
				one(o, r, people, i, (enum policy)p);
	if (isatty(2))
		fprintf(stderr, "\r\033[K");
	report_text(r, people, stdout);
	fflush(stdout);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of a folder's files that end in .graph; they stay. */
static void
choose_recorded(const struct options *o, struct report *r)
{
	DIR *dir = opendir(o->recorded);
	const struct dirent *d;
	char *name;
	size_t n;

	while (dir != NULL && r->n_works < REPORT_WORKS &&
	    (d = readdir(dir)) != NULL) {
		n = strlen(d->d_name);
		if (n <= 6 || strcmp(d->d_name + n - 6, ".graph") != 0)
			continue;
		name = xcalloc(n, 1);
		memcpy(name, d->d_name, n - 6);
		if (o->workload == NULL || strcmp(o->workload, name) == 0)
			r->works[r->n_works++] = name;
		else
			xfree(name);
	}
	if (dir != NULL)
		(void)closedir(dir);
	qsort(r->works, r->n_works, sizeof(*r->works), by_name);
}

static void
choose(const struct options *o, struct report *r)
{
	const struct people *p;
	const char *name;
	size_t i;
	int k;

	for (i = 0; (p = people_at(i)) != NULL && o->people == NULL; i++)
		r->people[r->n_people++] = p;
	if (o->people != NULL && (p = people_find(o->people)) != NULL)
		r->people[r->n_people++] = p;
	if (o->recorded != NULL)
		choose_recorded(o, r);
	for (i = 0; (name = workload_name(i)) != NULL && o->workload == NULL &&
	    o->recorded == NULL; i++)
		r->works[r->n_works++] = name;
	if (o->recorded == NULL && o->workload != NULL &&
	    workload_exists(o->workload))
		r->works[r->n_works++] = o->workload;
	for (k = 0; k < POLICIES; k++)
		r->policies[k] = o->policy == NULL || strcmp(o->policy,
		    policy_name((enum policy)k)) == 0;
}

static const char **
text_option(struct options *o, const char *name)
{
	return strcmp(name, "--workload") == 0 ? &o->workload :
	    strcmp(name, "--people") == 0 ? &o->people :
	    strcmp(name, "--policy") == 0 ? &o->policy :
	    strcmp(name, "--page") == 0 ? &o->page :
	    strcmp(name, "--gantt") == 0 ? &o->gantt :
	    strcmp(name, "--recorded") == 0 ? &o->recorded : NULL;
}

static int
options_read(struct options *o, int argc, char **argv)
{
	const char **text;
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		text = text_option(o, argv[i]);
		if (text != NULL)
			*text = argv[i + 1];
		else if (strcmp(argv[i], "--seed") == 0)
			o->seed = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seeds") == 0)
			o->seeds = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--noise") == 0)
			o->noise = strtod(argv[i + 1], NULL);
		else if (strcmp(argv[i], "--bounds") == 0)
			o->bounds = true;
		else if (strcmp(argv[i], "--fairness") == 0)
			o->fairness = true;
		else
			return -1;
	}
	return i == argc && o->seeds > 0 ? 0 : -1;
}

static int
write_page(const struct report *r, const char *path)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return -1;
	report_page(r, f);
	return fclose(f);
}

int
main(int argc, char **argv)
{
	struct options o = { .seed = 1, .seeds = 1, .noise = -1 };
	struct report *r;
	size_t i;
	int err = 0;

	if (options_read(&o, argc, argv) != 0) {
		fputs(help, stderr);
		return 2;
	}
	if (o.fairness) {
		fairness(o.seed, stdout);
		return 0;
	}
	r = xcalloc(1, sizeof(*r));
	choose(&o, r);
	if (r->n_people == 0 || r->n_works == 0) {
		fprintf(stderr, "perf: no such people or workload\n");
		xfree(r);
		return 2;
	}
	for (i = 0; i < r->n_people; i++)
		run_people(&o, r, i);
	if (o.page != NULL && write_page(r, o.page) != 0) {
		perror(o.page);
		err = 1;
	}
	xfree(r);
	return err;
}
