import { h, setText } from '../dom.js';
import { count, duration, metric, size } from '../../lib/units.js';

/** @typedef {import('../../lib/snapshot.js').Snapshot} Snapshot */

/** @type {[string, string, (s: Snapshot) => string, (s: Snapshot) => string][]} */
const CARDS = [
  ['Groups done', 'Pieces of programs that this tab computed and returned.',
    (s) => count(s.groupsDone), (s) => `${count(s.opsDone)} operations`],
  ['Speed', 'Floating-point work a second, over the last ten seconds.',
    (s) => metric(s.speed, 'FLOP/s'), (s) => `${metric(s.workDone, 'FLOP')} in all`],
  ['Data', 'Bytes this tab received and sent.',
    (s) => size(s.bytesIn + s.bytesOut), (s) => `${size(s.bytesIn)} in, ${size(s.bytesOut)} out`],
  ['Time computing', 'Summed over the cores you lend.',
    (s) => duration(s.computeSeconds), (s) => `${duration(s.onlineSeconds)} participating`],
];

/**
 * @param {HTMLElement} root
 * @param {import('../../lib/store.js').Store<Snapshot>} store
 */
export function cardsView(root, store) {
  const cells = CARDS.map(([title, hint]) => {
    const value = h('dd');
    const detail = h('dd');
    root.append(h('div', { class: 'card', title: hint }, h('dl', {}, h('dt', {}, title), value, detail)));
    return { value, detail };
  });
  store.listen((s) => CARDS.forEach(([, , main, more], i) => {
    setText(cells[i].value, main(s));
    setText(cells[i].detail, more(s));
  }));
}
