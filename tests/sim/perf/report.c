/*
 * Tables.
 */
#include "report.h"

#include <math.h>

void
cell_add(struct cell *c, const struct work *w, const struct run_figures *f,
    double bound)
{
	uint32_t needed = w->n_ops - w->n_sources;

	c->runs++;
	c->undone += !f->done;
	c->ln += log(f->seconds / bound);
	c->seconds += f->seconds;
	c->bound += bound;
	c->down += f->down * 1e-6;
	c->up += f->up * 1e-6;
	c->wasted += f->wasted;
	c->groups += (double)f->server.assigns;
	c->ops += needed;
	c->repeated += (double)f->server.ops_sent - needed;
	c->cpu += f->server.cpu * 1e6;
}

double
cell_ratio(const struct cell *c)
{
	return c->runs == 0 ? NAN : exp(c->ln / c->runs);
}

static double
geometric_mean(const struct report *r, size_t people, int policy)
{
	double ln = 0;
	size_t i;

	for (i = 0; i < r->n_works; i++)
		ln += log(cell_ratio(&r->cells[people][i][policy]));
	return exp(ln / (double)r->n_works);
}

/* Ours against the best of the others; 0: there are none. */
static double
against_best(const struct report *r, size_t people, size_t work)
{
	const struct cell *c = r->cells[people][work];
	double best = INFINITY;
	int p;

	for (p = 0; p < POLICIES; p++)
		if (p != POLICY_CORE && r->policies[p])
			best = fmin(best, cell_ratio(&c[p]));
	return isinf(best) || !r->policies[POLICY_CORE] ? 0 :
	    cell_ratio(&c[POLICY_CORE]) / best;
}

static double
worst_against_best(const struct report *r, size_t people)
{
	double worst = 0;
	size_t i;

	for (i = 0; i < r->n_works; i++)
		worst = fmax(worst, against_best(r, people, i));
	return worst;
}

/* ---- terminal ---- */

static void
text_row(const struct report *r, size_t people, size_t work, FILE *f)
{
	const struct cell *cells = r->cells[people][work], *c = NULL;
	int p;

	fprintf(f, "%-17s", r->works[work]);
	for (p = POLICIES - 1; p >= 0; p--)
		if (r->policies[p])
			c = &cells[p];
	fprintf(f, " %9.4f", c->bound / c->runs);
	for (p = 0; p < POLICIES; p++)
		if (r->policies[p])
			fprintf(f, " %8.2f%s", cell_ratio(&cells[p]),
			    cells[p].undone > 0 ? "*" : " ");
	fprintf(f, " %6.2f %8.1f %6.1f %7.0f %7.0f %6.1f%% %7.2f\n",
	    against_best(r, people, work), c->down / c->runs,
	    c->up / c->runs, c->groups / c->runs, c->repeated / c->runs,
	    100 * c->wasted / c->runs, c->cpu / c->ops);
}

void
report_text(const struct report *r, size_t people, FILE *f)
{
	size_t i;
	int p;

	fprintf(f, "%-17s %9s", r->people[people]->name, "bound, s");
	for (p = 0; p < POLICIES; p++)
		if (r->policies[p])
			fprintf(f, " %8s ", policy_name((enum policy)p));
	fprintf(f, " %6s %8s %6s %7s %7s %7s %7s\n", "/best", "MB down", "up",
	    "groups", "again", "wasted", "us/op");
	for (i = 0; i < r->n_works; i++)
		text_row(r, people, i, f);
	fprintf(f, "%-17s %9s", "geo. mean", "");
	for (p = 0; p < POLICIES; p++)
		if (r->policies[p])
			fprintf(f, " %8.2f ", geometric_mean(r, people, p));
	fprintf(f, " %6.2f\n\n", worst_against_best(r, people));
}

/* ---- documentation ---- */

static void
page_row(const struct report *r, size_t people, size_t work, FILE *f)
{
	const struct cell *cells = r->cells[people][work];
	const struct cell *c = &cells[POLICY_CORE];
	int p;

	fprintf(f, "| %s | %.4g |", r->works[work], c->bound / c->runs);
	for (p = 0; p < POLICIES; p++) {
		if (!r->policies[p])
			continue;
		fprintf(f, " %.3g%s |", cell_ratio(&cells[p]),
		    cells[p].undone > 0 ? "*" : "");
	}
	fprintf(f, " %.2f | %.1f / %.1f | %.0f | %.1f%% |\n",
	    against_best(r, people, work), c->down / c->runs, c->up / c->runs,
	    c->groups / c->runs, 100 * c->wasted / c->runs);
}

static void
page_people(const struct report *r, size_t people, FILE *f)
{
	size_t i;
	int p, n = 0;

	fprintf(f, "### %s\n\n| | bound, s |", r->people[people]->name);
	for (p = 0; p < POLICIES; p++) {
		if (!r->policies[p])
			continue;
		fprintf(f, p == POLICY_CORE ? " **%s** |" : " %s |",
		    policy_name((enum policy)p));
		n++;
	}
	fprintf(f, " core / best | MB down / up | groups | again |\n|-|-|");
	while (n-- > 0)
		fprintf(f, "-|");
	fprintf(f, "-|-|-|-|\n");
	for (i = 0; i < r->n_works; i++)
		page_row(r, people, i, f);
	fprintf(f, "| **geometric mean** | |");
	for (p = 0; p < POLICIES; p++)
		if (r->policies[p])
			fprintf(f, " **%.3g** |", geometric_mean(r, people,
			    p));
	fprintf(f, " worst %.2f | | | |\n\n", worst_against_best(r, people));
}

void
report_page(const struct report *r, FILE *f)
{
	size_t i;

	for (i = 0; i < r->n_people; i++)
		page_people(r, i, f);
}
