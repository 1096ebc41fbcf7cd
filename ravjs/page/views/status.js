import { byId, h, setText } from '../dom.js';

/** @typedef {import('../../lib/snapshot.js').Snapshot} Snapshot */

const CONNECTION = {
  idle: 'Not connected',
  connecting: 'Connecting',
  online: 'Connected',
  offline: 'Offline',
  refused: 'Refused',
};

/** @param {Snapshot} s */
function connectionText(s) {
  const text = CONNECTION[s.connection];
  return s.reason ? `${text}: ${s.reason}` : text;
}

/** @param {Snapshot} s */
function stateText(s) {
  switch (s.phase) {
    case 'idle': return s.connection === 'refused' ? 'The server refused this tab; the reason is above.' : 'Ready when you are.';
    case 'joining': return 'Joining the server.';
    case 'benchmarking': return `Measuring this tab: ${s.stage || 'starting'}.`;
    case 'computing': return `Computing for ${s.work.length === 1 ? 'one group' : `${s.work.length} groups`}.`;
    case 'pausing': return 'Pausing after the group in work.';
    case 'paused': return 'Paused. Open work was handed back.';
    case 'offline': return 'Offline; what is in work goes on, results are kept.';
    default: return 'Waiting for work.';
  }
}

/**
 * Connection, state and the button.  The live region speaks at most once in
 * five seconds.
 * @param {import('../../lib/store.js').Store<Snapshot>} store
 */
export function statusView(store) {
  const pill = byId('connection');
  const connection = byId('connection-text');
  const state = byId('state');
  const stage = /** @type {HTMLProgressElement} */ (byId('stage'));
  const button = byId('participate');
  let spokenAt = -Infinity;
  let spokenPhase = '';
  store.listen((s) => {
    pill.dataset.state = s.connection;
    setText(connection, connectionText(s));
    stage.hidden = s.phase !== 'benchmarking';
    stage.value = s.stageShare;
    const active = s.phase !== 'idle';
    button.classList.toggle('active', active);
    setText(button, active ? 'Stop participating' : 'Participate');
    byId('pausing').hidden = !active;
    const paused = s.phase === 'paused' || s.phase === 'pausing';
    setText(byId('pause-now'), paused ? 'Resume' : 'Pause now');
    byId('pause-after').hidden = paused;
    const now = performance.now();
    if (s.phase !== spokenPhase || now - spokenAt > 5000) {
      setText(state, stateText(s));
      spokenPhase = s.phase;
      spokenAt = now;
    }
  });
}

/**
 * One-line notices, and a way out of a refusal.
 * @param {HTMLElement} root
 * @param {import('../../lib/store.js').Store<Snapshot>} store
 * @param {string[]} lasting
 * @param {() => void} onNewIdentity
 */
export function noticesView(root, store, lasting, onNewIdentity) {
  let shown = '';
  store.listen((s) => {
    const key = s.refusal ? `${s.refusal.code} ${s.refusal.text}` : '';
    if (key === shown && root.childElementCount === lasting.length + (key ? 1 : 0)) return;
    shown = key;
    const rows = lasting.map((text) => h('p', { class: 'notice' }, text));
    if (s.refusal) {
      const row = h('p', { class: 'notice bad', role: 'alert' }, `${s.refusal.text} `);
      if (s.refusal.code === 'cid_taken') {
        const button = h('button', { type: 'button', id: 'new-identity' }, 'Take a new CID');
        button.addEventListener('click', onNewIdentity);
        row.append(button);
      }
      rows.unshift(row);
    }
    root.replaceChildren(...rows);
  });
}

/**
 * @param {HTMLElement} root
 * @param {import('../../lib/store.js').Store<Snapshot>} store
 */
export function logView(root, store) {
  let shown = -1;
  store.listen((s) => {
    if (s.logCount === shown) return;
    shown = s.logCount;
    const rows = s.log.map(({ at, text }) => {
      const time = new Date(at);
      return h('li', {}, h('time', { datetime: time.toISOString() }, time.toLocaleTimeString()), h('span', {}, text));
    });
    root.replaceChildren(...(rows.length ? rows.reverse() : [h('li', {}, h('span', { class: 'empty' }, 'Nothing yet.'))]));
  });
}
