/**
 * The participant page: settings and views.  The socket and the computing are
 * in workers; nothing heavy runs on this thread, and nothing at all before the
 * click.
 */
import { CID, participate } from '../raven.js';
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

const cores = coresToLend();
const memory = memoryToLend();
let slots = cores.chosen;
/** @type {import('../lib/participate.js').Participant | null} */
let tab = null;
let starting = false;

async function start() {
  if (tab || starting) return;
  starting = true;
  try {
    const mine = await participate(location.origin, {
      cid: query.get('cid') || CID, slots, memory, hidden: document.hidden, local, session,
    });
    tab = mine;
    // One that is leaving may still tell of it, but not over its successor.
    mine.listen((snapshot) => {
      if (tab === mine || !tab) store.set(snapshot);
    });
  } finally {
    starting = false;
  }
}

async function stop() {
  const leaving = tab;
  tab = null;
  await leaving?.leave();
}

function pause(/** @type {'now' | 'after'} */ mode) {
  const paused = store.value.phase === 'paused' || store.value.phase === 'pausing';
  tab?.pause(paused ? 'resume' : mode);
}

async function newIdentity() {
  await stop();
  forgetIdentity(local);
  query.delete('cid');
  history.replaceState(null, '', query.size ? `?${query}` : location.pathname);
  store.set(emptySnapshot());
  await start();
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
    tab?.setSlots(slots);
  },
});
statusView(store);
logView(byId('log'), store);
noticesView(byId('notices'), store, lasting(), newIdentity);

byId('participate').addEventListener('click', () => (tab ? stop() : start()));
byId('pause-now').addEventListener('click', () => pause('now'));
byId('pause-after').addEventListener('click', () => pause('after'));
document.addEventListener('visibilitychange', () => tab?.setHidden(document.hidden));
window.addEventListener('pagehide', () => void stop());
if (query.get('auto') === '1') void start();
