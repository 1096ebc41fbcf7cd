/**
 * Drives the participant of raven.wasm: feeds it the socket's, the slots' and
 * the page's events, and carries out its commands.  What to do is decided in
 * there; this is sockets, timers and workers only.  Runs in a Web Worker and
 * in Node.
 */
import { emptySnapshot } from './snapshot.js';
import { connectionOf, phaseOf, readStatus, readWork, reasonOf, STATE } from './status.js';
import { fromHex, Module } from './wasm.js';

const TEXT = { CID: 1, SECRET: 2, TAB: 3, KIND: 4, BUILD: 5 };
const COMMAND = { CONNECT: 1, SEND: 2, CLOSE: 3, RUN: 4, STOP: 5, BENCH: 6, IDENTITY: 7, CHANGED: 8 };
const PAUSES = { resume: 0, now: 1, after: 2 };
const BUILD = 'raven.js/0.1';
const SNAPSHOT_MS = 250;
const STOP_MS = 100;
const BENCH_SIZE = 280;
const HISTORY_S = 600;
const SPEED_S = 10;
const LOG_LINES = 100;

/**
 * A compute worker as the session sees it.
 * @typedef {object} Port
 * @property {(message: object, transfer?: ArrayBuffer[]) => void} post
 * @property {() => void} end  terminates it
 *
 * @typedef {object} Host
 * @property {WebAssembly.Module} module
 * @property {(url: string, protocol: string) => WebSocket} connect
 * @property {(receive: (message: any) => void, died: (why: string) => void) => Port} spawn
 * @property {(snapshot: import('./snapshot.js').Snapshot) => void} show
 *
 * @typedef {object} Options
 * @property {string} url     http or https address of the server
 * @property {string} cid
 * @property {string} secret  hex
 * @property {string} tab
 * @property {number} slots
 * @property {number} memory  bytes
 * @property {string} kind    'page' or 'node'
 * @property {boolean} hidden
 */

const now = () => performance.now() * 1000;

/**
 * @param {number} size
 * @returns {Uint8Array<ArrayBuffer> | null} null: the host has no memory for it
 */
function room(size) {
  try {
    return new Uint8Array(size);
  } catch {
    return null;
  }
}

export class Session {
  /**
   * @param {Host} host
   * @param {Module} module  of the participant
   * @param {Options} options
   */
  constructor(host, module, options) {
    this.host = host;
    this.m = module;
    this.options = options;
    this.socketUrl = `${options.url.replace(/^http/, 'ws').replace(/\/$/, '')}/raven`;
    this.shown = { ...emptySnapshot(), cid: options.cid, memory: options.memory };
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {(Port | null)[]} */
    this.ports = [];
    /** @type {Map<number, ReturnType<typeof setTimeout>>} */
    this.stopping = new Map();
    this.timer = setTimeout(() => {}, 0);
    this.dialing = setTimeout(() => {}, 0);
    this.units = { at: now(), done: 0 };
    this.begun = now();
    this.graphs = new Set();
    /** @type {Uint8Array[]} of the benchmark: slot 0 alone, then each */
    this.records = [];
    /** @type {Set<number>} slots whose records are still to come */
    this.measuring = new Set();
    /** @type {(() => void)[]} */
    this.leaving = [];
    this.n = this.m.call.rv_net_new();
    this.begin();
  }

  /**
   * @param {Host} host
   * @param {Options} options
   */
  static async start(host, options) {
    return new Session(host, await Module.start(host.module), options);
  }

  begin() {
    const { m, n, options } = this;
    const set = (/** @type {number} */ which, /** @type {string} */ value) =>
      m.lendText(value, (address, length) => m.call.rv_net_set(n, which, address, length));
    set(TEXT.CID, options.cid);
    set(TEXT.TAB, options.tab);
    set(TEXT.KIND, options.kind);
    set(TEXT.BUILD, BUILD);
    const secret = fromHex(options.secret);
    m.lend(secret, (address) => m.call.rv_net_set(n, TEXT.SECRET, address, secret.length));
    const [seed] = globalThis.crypto.getRandomValues(new Uint32Array(1));
    m.call.rv_net_start(n, options.slots, options.memory, seed, now());
    if (options.hidden) m.call.rv_net_hidden(n, 1, now());
    this.log('Participating.');
    this.ticker = setInterval(() => this.tick(), SNAPSHOT_MS);
    this.pump();
  }

  // The page's wishes.

  /** @param {'now' | 'after' | 'resume'} mode */
  pause(mode) {
    this.m.call.rv_net_pause(this.n, PAUSES[mode], now());
    this.log({ now: 'Paused.', after: 'Pausing after this group.', resume: 'Resumed.' }[mode]);
    this.pump();
  }

  /** @param {number} slots */
  setSlots(slots) {
    this.m.call.rv_net_slots(this.n, slots, now());
    this.pump();
  }

  /** @param {boolean} hidden */
  setHidden(hidden) {
    this.m.call.rv_net_hidden(this.n, hidden ? 1 : 0, now());
    this.pump();
  }

  /** Hands open work back and closes; resolves when that is done. */
  leave() {
    return new Promise((resolve) => {
      this.leaving.push(() => resolve(undefined));
      this.m.call.rv_net_pause(this.n, PAUSES.now, now());
      this.m.call.rv_net_leave(this.n, now());
      this.pump();
      if (!this.socket) this.end();
    });
  }

  end() {
    clearInterval(this.ticker);
    clearTimeout(this.timer);
    clearTimeout(this.dialing);
    for (const port of this.ports) port?.end();
    this.ports = [];
    this.socket?.close();
    this.socket = null;
    for (const left of this.leaving.splice(0)) left();
  }

  // Commands of the participant.

  pump() {
    const deadline = this.m.call.rv_net_tick(this.n, now());
    for (;;) {
      const command = this.m.call.rv_net_next(this.n, this.socket?.bufferedAmount ?? 0) >>> 0;
      if (!command) break;
      this.obey(this.m.view(), command);
    }
    clearTimeout(this.timer);
    const unsent = this.socket?.bufferedAmount ? 10 : Infinity;
    const wait = Math.min((deadline - now()) / 1000, unsent);
    if (wait < 2 ** 31) this.timer = setTimeout(() => this.pump(), Math.max(0, wait));
  }

  /**
   * @param {DataView} v
   * @param {number} c  address of the command
   */
  obey(v, c) {
    const u = (/** @type {number} */ offset) => v.getUint32(c + offset, true);
    switch (u(0)) {
      case COMMAND.CONNECT: this.dialing = setTimeout(() => this.connect(), u(12)); break;
      case COMMAND.SEND: this.socket?.send(this.m.bytes(u(20), u(24)).slice()); break;
      case COMMAND.CLOSE: this.close(u(16), this.m.string(u(20), u(24))); break;
      case COMMAND.RUN: this.run(v, u(4), u(8), u(20), u(28), u(32)); break;
      case COMMAND.STOP: this.stop(u(4), u(8)); break;
      case COMMAND.BENCH: this.measure(); break;
      case COMMAND.IDENTITY: break; // the CID was drawn here and is kept
      case COMMAND.CHANGED: break; // the ticker shows it
      default: throw new Error(`raven.wasm gave an unknown command ${u(0)}`);
    }
  }

  /**
   * @param {number} code
   * @param {string} why
   */
  close(code, why) {
    // Pages may only give 1000 and 3000 up as codes.
    this.socket?.close(code === 1000 || code >= 3000 ? code : 1000, why);
  }

  /**
   * @param {DataView} v
   * @param {number} slot
   * @param {number} run
   * @param {number} pieces
   * @param {number} count
   * @param {number} total
   */
  run(v, slot, run, pieces, count, total) {
    const job = room(total);
    if (!job) {
      this.m.call.rv_net_failed(this.n, slot, run, now());
      return;
    }
    for (let i = 0; i < count; i += 1) {
      const at = pieces + 12 * i;
      job.set(this.m.bytes(v.getUint32(at, true), v.getUint32(at + 4, true)), v.getUint32(at + 8, true));
    }
    this.port(slot).post({ name: 'group', run, job }, [job.buffer]);
  }

  /**
   * Asks first; a worker that does not answer in time is ended.
   * @param {number} slot
   * @param {number} run
   */
  stop(slot, run) {
    const port = this.ports[slot];
    if (!port) return;
    port.post({ name: 'stop', run });
    this.stopping.set(run, setTimeout(() => {
      this.stopping.delete(run);
      // The slot's next group may be waiting behind it: it fails with it.
      if (this.ports[slot] === port) this.died(slot, 'it did not stop in time');
    }, STOP_MS));
  }

  // The socket.

  connect() {
    if (this.socket) return;
    let socket;
    try {
      socket = this.host.connect(this.socketUrl, 'raven.v1');
    } catch {
      this.closed(0);
      return;
    }
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      if (this.socket !== socket) return;
      this.log('Connected.');
      this.m.call.rv_net_opened(this.n, now());
      this.pump();
    });
    socket.addEventListener('message', (event) => {
      if (this.socket === socket) this.received(new Uint8Array(event.data));
    });
    socket.addEventListener('error', () => {}); // close follows
    socket.addEventListener('close', (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.closed(event.code);
    });
  }

  /** @param {number} code */
  closed(code) {
    const online = connectionOf(readStatus(this.m, this.n)) === 'online';
    this.m.call.rv_net_closed(this.n, code, now());
    this.pump();
    const { state, text } = readStatus(this.m, this.n);
    if (state === STATE.LEFT) this.log('Stopped participating.');
    else if (online) this.log(`Offline: ${text || `code ${code}`}.`);
    this.tick();
    if (state === STATE.LEFT || this.leaving.length) this.end();
  }

  /** @param {Uint8Array} message */
  received(message) {
    const address = this.m.call.rv_net_reserve(this.n, message.length);
    if (!address) {
      this.socket?.close(4409, 'no memory for the message');
      return;
    }
    this.m.bytes(address, message.length).set(message);
    this.m.call.rv_net_received(this.n, message.length, now());
    this.pump();
  }

  // The slots.

  /** @param {number} slot */
  port(slot) {
    const old = this.ports[slot];
    if (old) return old;
    const port = this.host.spawn(
      (message) => { if (this.ports[slot] === port) this.heard(slot, message); },
      (why) => { if (this.ports[slot] === port) this.died(slot, why); },
    );
    port.post({ name: 'module', module: this.host.module });
    this.ports[slot] = port;
    return port;
  }

  /**
   * @param {number} slot
   * @param {any} message
   */
  heard(slot, message) {
    switch (message.name) {
      case 'measuring':
        this.shown.stage = message.stage;
        this.shown.stageShare = message.share;
        break;
      case 'measured': this.measured(slot, message.record); break;
      case 'progress':
        this.m.call.rv_net_progress(this.n, slot, message.run, message.done, message.total);
        break;
      case 'stopped':
        clearTimeout(this.stopping.get(message.run));
        this.stopping.delete(message.run);
        break;
      case 'done': this.done(slot, message); break;
      default: throw new Error(`a compute worker sent ${message.name}`);
    }
    this.pump();
  }

  /**
   * @param {number} slot
   * @param {string} why
   */
  died(slot, why) {
    this.log(`Core ${slot + 1} had to be restarted: ${why}.`);
    this.ports[slot]?.end();
    this.ports[slot] = null;
    const run = this.m.view().getUint32((this.m.call.rv_net_slot(this.n, slot) >>> 0) + 4, true);
    this.m.call.rv_net_failed(this.n, slot, run, now());
    // Its share of the benchmark counts as nothing.
    this.measured(slot, new Uint8Array(BENCH_SIZE));
    this.pump();
  }

  /**
   * @param {number} slot
   * @param {{run: number, head: Uint8Array, values: Uint8Array[], computeUs: number, wallUs: number}} message
   */
  done(slot, message) {
    const { m, n } = this;
    clearTimeout(this.stopping.get(message.run));
    this.stopping.delete(message.run);
    const at = m.call.rv_net_done(n, slot, message.run, message.head.length);
    if (!at) { // stopped meanwhile, or no memory for it
      m.call.rv_net_failed(n, slot, message.run, now());
      return;
    }
    m.bytes(at, message.head.length).set(message.head);
    message.values.forEach((value, i) => {
      const room = m.call.rv_net_value(n, i);
      if (room) m.bytes(room, value.length).set(value);
    });
    m.call.rv_net_done_end(n, message.computeUs, message.wallUs, now());
  }

  // The benchmark: slot 0 alone, then all at once.

  measure() {
    this.records = [];
    this.ask([0], 0);
  }

  /**
   * @param {number[]} slots
   * @param {number} which  as in the message
   */
  ask(slots, which) {
    this.measuring = new Set(slots);
    for (const slot of slots) this.port(slot).post({ name: 'measure', which });
  }

  /**
   * @param {number} slot
   * @param {Uint8Array} record
   */
  measured(slot, record) {
    if (!this.measuring.delete(slot)) return; // it had been measured when it died
    this.records.push(record);
    if (this.measuring.size) return;
    const { slots } = readStatus(this.m, this.n);
    if (this.records.length === 1 && slots > 1) {
      this.ask([...Array(slots).keys()], 1);
      return;
    }
    for (const each of this.records) {
      this.m.lend(each, (address) => this.m.call.rv_net_bench(this.n, address));
    }
    this.m.call.rv_net_benched(this.n, now());
    this.log('Measured.');
  }

  // What the page sees.

  /** @param {string} line */
  log(line) {
    this.shown.log = [...this.shown.log, { at: Date.now(), text: line }].slice(-LOG_LINES);
    this.shown.logCount += 1;
  }

  tick() {
    const s = readStatus(this.m, this.n);
    const at = now();
    if (at - this.units.at >= 1e6) this.second(s, at);
    const work = readWork(this.m, this.n, s.slots);
    for (const { graph, graphName } of work) {
      if (this.graphs.has(graph)) continue;
      this.graphs.add(graph);
      this.log(`First group of graph ${graph}, ${graphName || 'without a name'}.`);
    }
    const recent = this.shown.history.slice(-SPEED_S);
    const refused = s.state === STATE.REFUSED;
    this.shown = {
      ...this.shown,
      connection: connectionOf(s), phase: phaseOf(s), reason: refused ? s.codeName : reasonOf(s, at),
      refusal: refused ? { code: s.codeName, text: s.text } : null,
      cid: s.cid || this.options.cid, figures: s.figures, memory: s.memory, rttSeconds: s.rttSeconds, slots: s.slots, work,
      groupsDone: s.groupsDone, opsDone: s.opsDone, workDone: s.unitsDone,
      speed: recent.length ? recent.reduce((a, b) => a + b, 0) / recent.length : 0,
      bytesIn: s.bytesIn, bytesOut: s.bytesOut, computeSeconds: s.computeUs / 1e6,
      onlineSeconds: (at - this.begun) / 1e6,
    };
    this.host.show(this.shown);
  }

  /**
   * @param {import('./status.js').Status} s
   * @param {number} at
   */
  second(s, at) {
    const speed = ((s.unitsDone - this.units.done) * 1e6) / (at - this.units.at);
    this.units = { at, done: s.unitsDone };
    this.shown.history = [...this.shown.history, Math.max(0, speed)].slice(-HISTORY_S);
    this.shown.historyTicks += 1;
  }
}
