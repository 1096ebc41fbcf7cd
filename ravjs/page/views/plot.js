import { h, setText, svg } from '../dom.js';
import { metric } from '../../lib/units.js';

/** @typedef {import('../../lib/snapshot.js').Snapshot} Snapshot */

const WIDTH = 600;
const HEIGHT = 150;
const SECONDS = 120;

/**
 * The history as points of a polyline, newest at the right edge.
 * @param {number[]} speeds one a second
 * @param {number} top
 */
export function points(speeds, top) {
  const shown = speeds.slice(-SECONDS);
  const start = SECONDS - shown.length;
  return shown.map((speed, i) => {
    const x = ((start + i) / (SECONDS - 1)) * WIDTH;
    const y = HEIGHT - 4 - (top > 0 ? speed / top : 0) * (HEIGHT - 16);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
}

/** @param {number[]} speeds */
export function summary(speeds) {
  const shown = speeds.slice(-SECONDS);
  if (!shown.length) return 'The plot begins when you participate.';
  const mean = shown.reduce((a, b) => a + b, 0) / shown.length;
  return `Last ${shown.length} s: now ${metric(shown[shown.length - 1], 'FLOP/s')}, `
    + `mean ${metric(mean, 'FLOP/s')}, peak ${metric(Math.max(...shown), 'FLOP/s')}.`;
}

/**
 * A live plot with a text twin; at most one draw a second, none while hidden.
 * @param {HTMLElement} root
 * @param {import('../../lib/store.js').Store<Snapshot>} store
 */
export function plotView(root, store) {
  root.classList.add('plot');
  const area = svg('polygon', { class: 'area' });
  const line = svg('polyline', { class: 'line' });
  const drawing = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  for (const y of [12, HEIGHT / 2 + 4, HEIGHT - 4]) {
    drawing.append(svg('line', { class: 'grid', x1: 0, x2: WIDTH, y1: y, y2: y }));
  }
  drawing.append(area, line);
  const peak = h('span');
  const twin = h('p', { class: 'twin' });
  root.append(h('div', { class: 'axis', 'aria-hidden': 'true' }, peak), drawing,
    h('div', { class: 'axis', 'aria-hidden': 'true' }, h('span', {}, '2 minutes ago'), h('span', {}, 'now')), twin);
  let drawn = -1;
  store.listen((s) => {
    if (s.historyTicks === drawn || document.hidden) return;
    drawn = s.historyTicks;
    const top = Math.max(0, ...s.history.slice(-SECONDS));
    const p = points(s.history, top);
    line.setAttribute('points', p.join(' '));
    area.setAttribute('points', p.length
      ? `${p[0].split(',')[0]},${HEIGHT} ${p.join(' ')} ${WIDTH},${HEIGHT}` : '');
    setText(peak, top > 0 ? metric(top, 'FLOP/s') : '');
    setText(twin, summary(s.history));
  });
}
