/**
 * The participant page: settings and views.  The socket and the computing are
 * in workers; nothing heavy runs on this thread, and nothing at all before the
 * click.
 */
import { CID } from '/raven.js';
import { forgetIdentity, identity, memoryKeep } from '../lib/identity.js';
import { emptySnapshot } from '../lib/snapshot.js';
import { Store } from '../lib/store.js';
import { byId } from './dom.js';
import { benchView } from './views/bench.js';
import { cardsView } from './views/cards.js';
import { lendView } from './views/lend.js';
import { nowView } from './views/now.js';
import { plotView } from './views/plot.js';
import { logView, noticesView, statusView } from './views/status.js';

const CORES_KEY = 'raven.cores';
const query = new URLSearchParams(location.search);
const store = new Store(emptySnapshot());

/** Storage is refused in some private windows; then the tab alone remembers. */
function keepOf(/** @type {'localStorage' | 'sessionStorage'} */ which) {
  try {
    const keep = window[which];
    keep.getItem('raven.tab');
    return keep;
  } catch {
    return memoryKeep();
  }
}
const local = keepOf('localStorage');
const session = keepOf('sessionStorage');

/** Phones have less to give. */
function memoryToLend() {
  return (matchMedia('(pointer: coarse)').matches ? 128 : 256) * 1024 * 1024;
}

function coresToLend() {
  const all = navigator.hardwareConcurrency || 1;
  const kept = Number(local.getItem(CORES_KEY));
  const chosen = kept >= 1 && kept <= all ? kept : Math.max(1, Math.floor(all / 2));
  return { all, chosen };
}

/** @returns {string[]} what this page lacks here, one line each */
function lasting() {
  const lines = [];
  if (!isSecureContext) {
    lines.push('This page came over plain HTTP from another host: it works, but keeps a coarser clock and cannot keep the screen awake. Over HTTPS it does both.');
  }
  if (query.has('auto')) lines.push('The address says auto=1: this tab participates without a click.');
  return lines;
}

/** @type {Worker | null} */
let net = null;
const cores = coresToLend();
const memory = memoryToLend();
let slots = cores.chosen;

/** @param {object} message */
function tell(message) {
  net?.postMessage(message);
}

function participate() {
  if (net) return;
  const who = identity(query.get('cid') || CID, local, session);
  net = new Worker('/workers/net.js', { type: 'module', name: 'raven-net' });
  net.addEventListener('message', ({ data }) => {
    if (data.name === 'snapshot') store.set(data.snapshot);
  });
  net.addEventListener('error', (event) => stop(`The worker could not start: ${event.message}`));
  tell({ name: 'start', url: location.origin, ...who, slots, memory, kind: 'browser', hidden: document.hidden });
}

/** @param {string} reason */
function stop(reason) {
  net?.terminate();
  net = null;
  const last = store.value;
  store.set({ ...last, connection: reason ? 'offline' : 'idle', reason, phase: 'idle', work: [], speed: 0 });
}

function leave() {
  tell({ name: 'leave' });
  // The worker sends its goodbye and is then no longer needed.
  setTimeout(() => stop(''), 200);
}

function pause(/** @type {'now' | 'after'} */ mode) {
  const paused = store.value.phase === 'paused' || store.value.phase === 'pausing';
  tell({ name: 'pause', mode: paused ? 'resume' : mode });
}

function newIdentity() {
  stop('');
  forgetIdentity(local);
  if (query.has('cid')) {
    query.delete('cid');
    history.replaceState(null, '', `?${query}`);
  }
  store.set({ ...emptySnapshot() });
  participate();
}

cardsView(byId('cards'), store);
nowView(byId('now'), store);
plotView(byId('plot'), store);
benchView(byId('bench'), store);
lendView(byId('lend'), store, {
  cores: cores.all,
  chosen: cores.chosen,
  memory,
  onCores: (n) => {
    slots = n;
    local.setItem(CORES_KEY, String(n));
    tell({ name: 'slots', slots });
  },
});
statusView(store);
logView(byId('log'), store);
noticesView(byId('notices'), store, lasting(), newIdentity);

byId('participate').addEventListener('click', () => (net ? leave() : participate()));
byId('pause-now').addEventListener('click', () => pause('now'));
byId('pause-after').addEventListener('click', () => pause('after'));
document.addEventListener('visibilitychange', () => tell({ name: 'hidden', hidden: document.hidden }));
window.addEventListener('pagehide', () => tell({ name: 'leave' }));
if (query.get('auto') === '1') participate();
