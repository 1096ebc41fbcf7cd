import { h } from '../dom.js';
import { duration, metric, size } from '../../lib/units.js';

/** @typedef {import('../../lib/snapshot.js').Snapshot} Snapshot */
/** @typedef {import('../../lib/snapshot.js').Figure} Figure */

/** @param {Figure} figure */
function row(figure) {
  return h('tr', {}, h('th', { scope: 'row' }, figure.name), h('td', {}, metric(figure.value, figure.unit)));
}

/**
 * The figures that the scheduler plans with.
 * @param {HTMLElement} root
 * @param {import('../../lib/store.js').Store<Snapshot>} store
 */
export function benchView(root, store) {
  let shown = '';
  store.listen((s) => {
    const key = JSON.stringify([s.figures, s.memory, s.rttSeconds]);
    if (key === shown) return;
    shown = key;
    if (!s.figures.length) {
      root.replaceChildren(h('p', { class: 'empty' }, 'Measured when you participate; it takes about a second.'));
      return;
    }
    const more = [h('tr', {}, h('th', { scope: 'row' }, 'Memory lent'), h('td', {}, size(s.memory)))];
    if (s.rttSeconds > 0) {
      more.push(h('tr', {}, h('th', { scope: 'row' }, 'Round trip to the server'), h('td', {}, duration(s.rttSeconds))));
    }
    root.replaceChildren(h('table', {},
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Kind of work'), h('th', { scope: 'col' }, 'One core of this tab'))),
      h('tbody', {}, ...s.figures.map(row), ...more)));
  });
}
