import { h, setText } from '../dom.js';
import { size } from '../../lib/units.js';

/** @typedef {import('../../lib/snapshot.js').Snapshot} Snapshot */

/**
 * How many cores to lend, and who this tab is.
 * @param {HTMLElement} root
 * @param {import('../../lib/store.js').Store<Snapshot>} store
 * @param {{cores: number, chosen: number, memory: number, onCores: (n: number) => void}} options
 */
export function lendView(root, store, options) {
  const shown = h('output', { for: 'cores' });
  const input = /** @type {HTMLInputElement} */ (h('input', {
    type: 'range', id: 'cores', min: 1, max: options.cores, value: options.chosen, step: 1,
  }));
  const show = () => {
    setText(shown, `${input.value} of ${options.cores}`);
    input.setAttribute('aria-valuetext', `${input.value} of ${options.cores} cores`);
  };
  input.addEventListener('input', show);
  input.addEventListener('change', () => options.onCores(Number(input.value)));
  show();
  const cid = h('span', { class: 'cid' });
  root.append(
    h('div', { class: 'field' },
      h('label', { for: 'cores' }, 'Cores to lend', shown), input,
      h('p', { class: 'hint' }, `Each core computes one group at a time. Memory: at most ${size(options.memory)} in all.`)),
    h('div', { class: 'field' },
      h('p', {}, h('strong', {}, 'This participant (CID)')), cid,
      h('p', { class: 'hint' }, 'Results count for this name. Add ?cid=NAME to the address to use another.')));
  store.listen((s) => setText(cid, s.cid || 'drawn when you participate'));
}
