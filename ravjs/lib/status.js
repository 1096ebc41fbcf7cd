/**
 * Reads participant_status and participant_slot, whose offsets
 * worker/participant.h gives, into a snapshot.
 */

/** @typedef {import('./wasm.js').Module} Module */

export const STATE = { WAITING: 1, CONNECTING: 2, JOINING: 3, MEASURING: 4, READY: 5, REFUSED: 6, LEFT: 7 };
const PAUSE = { NO: 0, NOW: 1, AFTER: 2 };
const BENCH_AT = 168;
const SPEEDS_AT = BENCH_AT + 24;

const CLASSES = ['', 'Matrix product', 'Elementwise', 'Exponentials', 'Sums', 'Copying', 'Sorting'];
const UNITS = ['', 'FLOP/s', 'B/s', 'elements/s', 'B/s', 'B/s', 'comparisons/s'];
const DTYPES = ['', 'bool', 'int32', 'int64', 'float32', 'float64'];

/**
 * @param {DataView} view
 * @param {number} at
 */
function figures(view, at) {
  const count = view.getUint32(at + BENCH_AT, true);
  /** @type {import('./snapshot.js').Figure[]} */
  const rows = [];
  for (let i = 0; i < count; i += 1) {
    const entry = at + SPEEDS_AT + 16 * i;
    const kind = view.getUint32(entry, true);
    rows.push({
      name: `${CLASSES[kind] ?? 'Other'}, ${DTYPES[view.getUint32(entry + 4, true)] ?? ''}`,
      value: view.getFloat64(entry + 8, true),
      unit: UNITS[kind] ?? '/s',
    });
  }
  return rows;
}

/**
 * @param {Module} m
 * @param {number} handle
 */
export function readStatus(m, handle) {
  const at = m.call.rv_net_status(handle) >>> 0;
  const v = m.view();
  const u = (/** @type {number} */ offset) => v.getUint32(at + offset, true);
  const f = (/** @type {number} */ offset) => v.getFloat64(at + offset, true);
  const status = {
    state: u(0), code: u(4), paused: u(8), slots: u(20), running: u(24),
    retryUs: f(48), sinceUs: f(56), groupsDone: f(64), opsDone: f(88), unitsDone: f(96),
    computeUs: f(104), bytesIn: f(112), bytesOut: f(120), memory: f(128),
    figures: figures(v, at), cid: m.field(at + 456, 72), text: m.field(at + 528, 256), codeName: '',
    rttSeconds: f(784) / 1e6,
  };
  if (status.code) status.codeName = m.string(m.call.rv_error_name(status.code));
  return status;
}

/** @typedef {ReturnType<typeof readStatus>} Status */

/**
 * @param {Module} m
 * @param {number} handle
 * @param {number} slots
 */
export function readWork(m, handle, slots) {
  /** @type {import('./snapshot.js').Work[]} */
  const work = [];
  for (let slot = 0; slot < slots; slot += 1) {
    const at = m.call.rv_net_slot(handle, slot) >>> 0;
    const v = m.view();
    if (!v.getUint32(at, true)) continue;
    work.push({
      slot,
      ops: v.getUint32(at + 8, true),
      graph: v.getFloat64(at + 16, true),
      group: v.getFloat64(at + 32, true),
      done: v.getFloat64(at + 40, true),
      total: v.getFloat64(at + 48, true),
      graphName: m.field(at + 72, 64),
    });
  }
  return work;
}

/**
 * @param {Status} s
 * @returns {import('./snapshot.js').Snapshot['connection']}
 */
export function connectionOf(s) {
  switch (s.state) {
    case STATE.WAITING: return 'offline';
    case STATE.CONNECTING:
    case STATE.JOINING: return 'connecting';
    case STATE.REFUSED: return 'refused';
    case STATE.LEFT: return 'idle';
    default: return 'online';
  }
}

/**
 * @param {Status} s
 * @returns {import('./snapshot.js').Snapshot['phase']}
 */
export function phaseOf(s) {
  if (s.state === STATE.REFUSED || s.state === STATE.LEFT) return 'idle';
  if (s.state === STATE.MEASURING) return 'benchmarking';
  if (s.state === STATE.WAITING) return 'offline';
  if (s.state !== STATE.READY) return 'joining';
  if (s.paused === PAUSE.NOW) return 'paused';
  if (s.paused === PAUSE.AFTER) return s.running ? 'pausing' : 'paused';
  return s.running ? 'computing' : 'waiting';
}

/**
 * @param {Status} s
 * @param {number} nowUs
 */
export function reasonOf(s, nowUs) {
  if (s.state === STATE.REFUSED) return s.text || s.codeName;
  if (s.state !== STATE.WAITING) return '';
  const seconds = Math.max(0, Math.ceil((s.retryUs - nowUs) / 1e6));
  return `${s.text || 'the server does not answer'}; next try in ${seconds} s`;
}
