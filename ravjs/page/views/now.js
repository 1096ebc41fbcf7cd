import { h } from '../dom.js';
import { count } from '../../lib/units.js';

/** @typedef {import('../../lib/snapshot.js').Snapshot} Snapshot */
/** @typedef {import('../../lib/snapshot.js').Work} Work */

/** @param {Work} work */
function row(work) {
  const share = work.total > 0 ? Math.min(1, work.done / work.total) : 0;
  return h('li', {},
    h('p', {},
      h('span', { class: 'what' }, work.graphName || `Graph ${work.graph}`),
      h('span', { class: 'detail' },
        `graph ${work.graph}, group ${work.group}: ${count(work.ops)} ops, core ${work.slot + 1}`)),
    h('progress', { max: 1, value: share, 'aria-label': `Group ${work.group} of graph ${work.graph}` }));
}

/** @param {Snapshot} s */
function emptyText(s) {
  if (s.phase === 'idle') return 'Nothing: you are not participating.';
  if (s.phase === 'benchmarking') return 'Nothing yet: this tab is being measured.';
  if (s.phase === 'paused') return 'Nothing: paused by you.';
  if (s.phase === 'offline' || s.phase === 'joining') return 'Nothing until the server is reached.';
  return 'Nothing at this moment: the next group comes as soon as somebody’s program needs one.';
}

/**
 * @param {HTMLElement} root
 * @param {import('../../lib/store.js').Store<Snapshot>} store
 */
export function nowView(root, store) {
  let shown = '';
  store.listen((s) => {
    const key = s.work.length ? JSON.stringify(s.work) : emptyText(s);
    if (key === shown) return;
    shown = key;
    root.replaceChildren(s.work.length
      ? h('ul', { class: 'work' }, ...s.work.map(row))
      : h('p', { class: 'empty' }, key));
  });
}
