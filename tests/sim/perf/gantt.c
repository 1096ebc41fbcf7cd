/*
 * Charts as SVG, for light and dark pages.
 */
#include "gantt.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define HOSTS_MOST	24	/* rows are for the busiest */
#define LEFT		150.0
#define WIDTH		900.0	/* of the time axis */
#define TOP		64.0
#define ROW		11.0
#define GAP		12.0	/* between participants: their lines' place */
#define COLOURS		8

struct bar {
	uint32_t	host, slot;
	uint64_t	group, from, to;
	bool		stopped;
};

struct move {
	uint32_t	host;
	bool		up;
	uint64_t	from, to, bytes;
};

struct gantt {
	struct watch	 watch;
	uint32_t	*level;		/* by op */
	uint32_t	 levels;
	uint32_t	*group_level;	/* by group */
	size_t		 n_groups, groups_cap;
	struct bar	*bars;
	size_t		 n_bars, bars_cap;
	struct move	*moves;
	size_t		 n_moves, moves_cap;
	/* rows: participants in order, and where each begins */
	uint32_t	 hosts[HOSTS_MOST], n_hosts, hidden;
	uint32_t	 rows[HOSTS_MOST];	/* slots that were used */
	double		 y[HOSTS_MOST], bottom;
};

/* ---- collecting ---- */

static void *
room(void *v, size_t *cap, size_t n, size_t size)
{
	if (n < *cap)
		return v;
	*cap = n * 2 + 64;
	return xrealloc(v, *cap * size);
}

static void
on_assigned(void *arg, uint64_t group, uint64_t op)
{
	struct gantt *g = arg;

	while (g->n_groups <= group) {
		g->group_level = room(g->group_level, &g->groups_cap,
		    g->n_groups, sizeof(*g->group_level));
		g->group_level[g->n_groups++] = 0;
	}
	g->group_level[group] = g->level[op];
}

static void
on_ran(void *arg, uint32_t host, uint32_t slot, uint64_t group, uint64_t from,
    uint64_t to, bool stopped)
{
	struct gantt *g = arg;

	g->bars = room(g->bars, &g->bars_cap, g->n_bars, sizeof(*g->bars));
	g->bars[g->n_bars++] = (struct bar){ host, slot, group, from, to,
		stopped };
}

/* Parts that follow each other are one line. */
static void
on_moved(void *arg, uint32_t host, bool up, uint64_t from, uint64_t to,
    uint64_t bytes)
{
	struct gantt *g = arg;
	struct move *m;
	size_t i;

	for (i = g->n_moves; i > 0 && i + 64 > g->n_moves; i--) {
		m = &g->moves[i - 1];
		if (m->host == host && m->up == up && m->to == from) {
			m->to = to;
			m->bytes += bytes;
			return;
		}
	}
	g->moves = room(g->moves, &g->moves_cap, g->n_moves,
	    sizeof(*g->moves));
	g->moves[g->n_moves++] = (struct move){ host, up, from, to, bytes };
}

struct gantt *
gantt_new(const struct work *w)
{
	struct gantt *g = xcalloc(1, sizeof(*g));
	const struct work_op *o;
	uint32_t i, k, x;

	g->watch = (struct watch){ on_assigned, on_ran, on_moved, g };
	g->level = xcalloc(w->n_ops + 1, sizeof(*g->level));
	for (i = 1; i <= w->n_ops; i++) {
		o = &w->ops[i];
		for (k = 0; k < o->n_in; k++) {
			x = g->level[w->in[o->first_in + k]];
			if (g->level[i] < x)
				g->level[i] = x;
		}
		g->level[i] += !o->source;
		if (g->level[i] > g->levels)
			g->levels = g->level[i];
	}
	return g;
}

void
gantt_free(struct gantt *g)
{
	if (g == NULL)
		return;
	xfree(g->level);
	xfree(g->group_level);
	xfree(g->bars);
	xfree(g->moves);
	xfree(g);
}

const struct watch *
gantt_watch(const struct gantt *g)
{
	return &g->watch;
}

/* ---- layout ---- */

static double
busy_of(const struct gantt *g, uint32_t host)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < g->n_bars; i++)
		if (g->bars[i].host == host)
			sum += (double)(g->bars[i].to - g->bars[i].from);
	return sum;
}

/* The busiest participants, in the order they joined. */
static void
choose_hosts(struct gantt *g, const struct run_figures *f)
{
	double *busy = xcalloc(f->n_traits, sizeof(*busy)), most;
	bool *shown = xcalloc(f->n_traits, sizeof(*shown));
	uint32_t i, n, best = 0;

	g->n_hosts = g->hidden = 0;
	for (i = 0; i < f->n_traits; i++)
		busy[i] = busy_of(g, i);
	for (n = 0; n < HOSTS_MOST; n++) {
		for (i = 0, most = 0; i < f->n_traits; i++) {
			if (!shown[i] && busy[i] > most) {
				most = busy[i];
				best = i;
			}
		}
		if (most <= 0)
			break;
		shown[best] = true;
	}
	for (i = 0; i < f->n_traits; i++) {
		if (shown[i])
			g->hosts[g->n_hosts++] = i;
		else
			g->hidden += busy[i] > 0;
	}
	xfree(busy);
	xfree(shown);
}

static int
row_of(const struct gantt *g, uint32_t host)
{
	uint32_t i;

	for (i = 0; i < g->n_hosts; i++)
		if (g->hosts[i] == host)
			return (int)i;
	return -1;
}

static void
place_hosts(struct gantt *g)
{
	double y = TOP;
	uint32_t i;
	size_t k;
	int row;

	memset(g->rows, 0, sizeof(g->rows));
	for (k = 0; k < g->n_bars; k++) {
		row = row_of(g, g->bars[k].host);
		if (row >= 0 && g->rows[row] <= g->bars[k].slot)
			g->rows[row] = g->bars[k].slot + 1;
	}
	for (i = 0; i < g->n_hosts; i++) {
		g->y[i] = y;
		y += g->rows[i] * ROW + GAP;
	}
	g->bottom = y;
}

/* ---- drawing ---- */

static const char *const head =
    "<style>\n"
    "svg { background: #fff; color: #1d2733; }\n"
    "text { fill: currentColor; font: 11px system-ui, sans-serif; }\n"
    ".small { font-size: 9px; opacity: 0.75 }\n"
    ".title { font-size: 15px; font-weight: 600 }\n"
    ".rail { fill: currentColor; opacity: 0.05 }\n"
    ".tick { stroke: currentColor; opacity: 0.12 }\n"
    ".down { fill: #3b82c4 } .up { fill: #d9822b }\n"
    ".stopped { opacity: 0.35 }\n"
    ".b0 { fill: #4c72b0 } .b1 { fill: #2f9c95 } .b2 { fill: #5aa469 }\n"
    ".b3 { fill: #a3a847 } .b4 { fill: #d8a03c } .b5 { fill: #d9734e }\n"
    ".b6 { fill: #b8557a } .b7 { fill: #7d5ba6 }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "svg { background: #14181f; color: #dbe2ea; }\n"
    ".b0 { fill: #6d93d1 } .b1 { fill: #49b8b0 } .b2 { fill: #78c088 }\n"
    ".b3 { fill: #c2c766 } .b4 { fill: #e8b85c } .b5 { fill: #ee9070 }\n"
    ".b6 { fill: #d67a9c } .b7 { fill: #a184c8 }\n"
    ".down { fill: #63a4e0 } .up { fill: #f0a050 }\n"
    "}\n</style>\n";

struct canvas {
	FILE			*f;
	const struct gantt	*g;
	const struct run_figures *figures;
	double			 seconds, scale;	/* pixels a second */
	uint64_t		 start;
};

static double
x_of(const struct canvas *c, uint64_t t)
{
	double s = t < c->start ? 0 : (double)(t - c->start) * 1e-9;

	return LEFT + fmin(s, c->seconds) * c->scale;
}

static double
tick_step(double seconds)
{
	double step = pow(10, floor(log10(seconds)));

	return seconds / step >= 5 ? step : seconds / step >= 2 ? step / 2 :
	    step / 5;
}

static void
draw_axis(const struct canvas *c)
{
	double step = tick_step(c->seconds), t;
	int i, n = (int)(c->seconds / step);

	for (i = 0; i <= n; i++) {
		t = i * step;
		fprintf(c->f, "<line class=\"tick\" x1=\"%.1f\" y1=\"%.1f\" "
		    "x2=\"%.1f\" y2=\"%.1f\"/>\n", LEFT + t * c->scale,
		    TOP - 6, LEFT + t * c->scale, c->g->bottom);
		fprintf(c->f, "<text class=\"small\" x=\"%.1f\" y=\"%.1f\" "
		    "text-anchor=\"middle\">%g %s</text>\n",
		    LEFT + t * c->scale, TOP - 10,
		    c->seconds < 1 ? t * 1e3 : t, c->seconds < 1 ? "ms" : "s");
	}
}

static void
draw_host(const struct canvas *c, uint32_t i)
{
	const struct trait *t = &c->figures->traits[c->g->hosts[i]];
	double y = c->g->y[i];
	uint32_t k;

	fprintf(c->f, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">"
	    "%s %u</text>\n", LEFT - 8, y + 9, t->native ? "native" : "tab",
	    c->g->hosts[i] + 1);
	fprintf(c->f, "<text class=\"small\" x=\"%.1f\" y=\"%.1f\" "
	    "text-anchor=\"end\">%.3g ms, %.0f / %.0f Mbit/s</text>\n",
	    LEFT - 8, y + 19, t->rtt * 1e3, t->down * 8e-6, t->up * 8e-6);
	for (k = 0; k < c->g->rows[i]; k++)
		fprintf(c->f, "<rect class=\"rail\" x=\"%.1f\" y=\"%.1f\" "
		    "width=\"%.1f\" height=\"%.1f\"/>\n", LEFT, y + k * ROW,
		    WIDTH, ROW - 2);
}

static int
colour_of(const struct gantt *g, uint64_t group)
{
	uint32_t level = group < g->n_groups ? g->group_level[group] : 0;

	return g->levels <= 1 ? 0 :
	    (int)((level - (level > 0)) * COLOURS / g->levels);
}

static void
draw_bars(const struct canvas *c)
{
	const struct gantt *g = c->g;
	const struct bar *b;
	double x, w;
	size_t i;
	int row;

	for (i = 0; i < g->n_bars; i++) {
		b = &g->bars[i];
		row = row_of(g, b->host);
		if (row < 0 || b->to <= c->start)
			continue;
		x = x_of(c, b->from);
		w = fmax(x_of(c, b->to) - x - 0.4, 0.6);
		fprintf(c->f, "<rect class=\"b%d%s\" x=\"%.2f\" y=\"%.1f\" "
		    "width=\"%.2f\" height=\"%.1f\" rx=\"1\"/>\n",
		    colour_of(g, b->group), b->stopped ? " stopped" : "", x,
		    g->y[row] + b->slot * ROW, w, ROW - 2);
	}
}

static void
draw_moves(const struct canvas *c)
{
	const struct gantt *g = c->g;
	const struct move *m;
	double x;
	size_t i;
	int row;

	for (i = 0; i < g->n_moves; i++) {
		m = &g->moves[i];
		row = row_of(g, m->host);
		if (row < 0 || m->to <= c->start)
			continue;
		x = x_of(c, m->from);
		fprintf(c->f, "<rect class=\"%s\" x=\"%.2f\" y=\"%.1f\" "
		    "width=\"%.2f\" height=\"2\"/>\n", m->up ? "up" : "down",
		    x, g->y[row] + g->rows[row] * ROW +
		    (m->up ? 2.2 : -0.6), fmax(x_of(c, m->to) - x, 0.3));
	}
}

static void
draw_legend(const struct canvas *c)
{
	double x = LEFT, y = c->g->bottom + 14;
	int i;

	fprintf(c->f, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">"
	    "groups by level</text>\n", x - 8, y + 8);
	for (i = 0; i < COLOURS; i++)
		fprintf(c->f, "<rect class=\"b%d\" x=\"%.1f\" y=\"%.1f\" "
		    "width=\"26\" height=\"9\" rx=\"1\"/>\n", i, x + i * 28.0,
		    y);
	fprintf(c->f, "<text class=\"small\" x=\"%.1f\" y=\"%.1f\">1 ... %u"
	    "</text>\n", x + COLOURS * 28 + 4, y + 8, c->g->levels);
	x += 330;
	fprintf(c->f, "<rect class=\"down\" x=\"%.1f\" y=\"%.1f\" width=\"26\""
	    " height=\"2\"/><text x=\"%.1f\" y=\"%.1f\">down</text>\n", x,
	    y + 3, x + 32, y + 8);
	fprintf(c->f, "<rect class=\"up\" x=\"%.1f\" y=\"%.1f\" width=\"26\""
	    " height=\"2\"/><text x=\"%.1f\" y=\"%.1f\">up</text>\n", x + 80,
	    y + 3, x + 112, y + 8);
	fprintf(c->f, "<text class=\"small\" x=\"%.1f\" y=\"%.1f\">pale: "
	    "stopped%s", x + 150, y + 8, c->g->hidden > 0 ? "; " : "");
	if (c->g->hidden > 0)
		fprintf(c->f, "%u less busy participants are not shown",
		    c->g->hidden);
	fprintf(c->f, "</text>\n");
}

int
gantt_write(const struct gantt *shown, const struct run_setup *s,
    const struct run_figures *f, double bound, const char *path)
{
	struct gantt g = *shown;
	struct canvas c = { .f = fopen(path, "w"), .g = &g, .figures = f,
		.seconds = f->seconds, .start = f->start };
	uint32_t i;

	if (c.f == NULL)
		return -1;
	c.scale = WIDTH / f->seconds;
	choose_hosts(&g, f);
	place_hosts(&g);
	fprintf(c.f, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "
	    "%.0f %.0f\" role=\"img\">\n%s", LEFT + WIDTH + 20, g.bottom + 34,
	    head);
	fprintf(c.f, "<text class=\"title\" x=\"12\" y=\"22\">%s, %s, %s: "
	    "%.3g s</text>\n<text class=\"small\" x=\"12\" y=\"38\">%.2f "
	    "times the bound; %.1f MB down, %.1f MB up; seed %llu</text>\n",
	    s->work->name, s->people->name, policy_name(s->policy),
	    f->seconds, f->seconds / bound, f->down * 1e-6, f->up * 1e-6,
	    (unsigned long long)s->seed);
	draw_axis(&c);
	for (i = 0; i < g.n_hosts; i++)
		draw_host(&c, i);
	draw_bars(&c);
	draw_moves(&c);
	draw_legend(&c);
	fprintf(c.f, "</svg>\n");
	return fclose(c.f);
}
