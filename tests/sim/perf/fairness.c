/*
 * Two owners at once: what each waits, against having everything alone.
 */
#include "fairness.h"

static const struct {
	const char	*people, *first, *second;
	double		 after;		/* seconds */
} cases[] = {
	{ "native", "100k adds", "one add", 0.05 },
	{ "native", "4k x 50 ms", "one add", 1 },
	{ "native", "4k x 50 ms", "10k adds", 1 },
	{ "home", "4k x 50 ms", "one add", 0.3 },
	{ "home", "4k x 50 ms", "4k x 50 ms", 0 },
	{ "home", "DAG 5 ms", "matmul 256", 0.1 },
};

static double
alone(const char *people, const char *name, uint64_t seed)
{
	struct work *w = workload(name, seed);
	struct run_setup s = { .people = people_find(people), .work = w,
		.seed = seed, .noise = -1 };
	struct run_figures f;

	run_once(&s, &f);
	run_clear(&f);
	work_free(w);
	return f.seconds;
}

static void
row(size_t i, uint64_t seed, FILE *out)
{
	struct work *first = workload(cases[i].first, seed);
	struct work *second = workload(cases[i].second, seed + 1);
	struct run_setup s = { .people = people_find(cases[i].people),
		.work = first, .second = second,
		.second_after = cases[i].after, .seed = seed, .noise = -1 };
	double one = alone(cases[i].people, cases[i].first, seed);
	double two = alone(cases[i].people, cases[i].second, seed + 1);
	struct run_figures f;

	run_once(&s, &f);
	fprintf(out, "| %s | %s | %.4g | %.4g | %s, after %g s | %.4g | %.4g |"
	    "\n", cases[i].people, cases[i].first, one, f.seconds,
	    cases[i].second, cases[i].after, two, f.second);
	fflush(out);
	run_clear(&f);
	work_free(first);
	work_free(second);
}

void
fairness(uint64_t seed, FILE *out)
{
	size_t i;

	fprintf(out, "| people | one owner's | alone, s | together, s | "
	    "another's | alone, s | together, s |\n|-|-|-|-|-|-|-|\n");
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		row(i, seed, out);
}
