/** A headless participant under Node: the session is in this thread, the slots in worker threads. */
import { webcrypto } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { Session } from './session.js';

// Node 18 has it, but not under its global name.
globalThis.crypto ??= /** @type {Crypto} */ (webcrypto);

/** @param {any} given */
async function webSocketClass(given) {
  if (given) return given;
  if (globalThis.WebSocket) return globalThis.WebSocket;
  const name = 'ws';
  try {
    return (await import(name)).WebSocket;
  } catch {
    throw new Error('this Node has no WebSocket: npm install ws, or take Node 22 or newer');
  }
}

/**
 * @param {(message: any) => void} receive
 * @param {(why: string) => void} died
 * @returns {import('./session.js').Port}
 */
function spawn(receive, died) {
  const worker = new Worker(new URL('../workers/node.js', import.meta.url));
  worker.on('message', receive);
  worker.on('error', (error) => died(String(error)));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    end: () => void worker.terminate(),
  };
}

/**
 * @param {any} start
 * @param {import('./store.js').Store<import('./snapshot.js').Snapshot>} store
 * @param {import('./participate.js').ParticipateOptions} options
 * @returns {Promise<import('./participate.js').Link>}
 */
export async function open(start, store, options) {
  const Socket = await webSocketClass(options.WebSocket);
  const address = new URL('/raven.wasm', start.url);
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}: is this a Raven server?`);
  const module = await WebAssembly.compile(await answer.arrayBuffer());
  const session = await Session.start({
    module, spawn,
    connect: (url, protocol) => new Socket(url, protocol),
    show: (snapshot) => store.set(snapshot),
  }, { kind: 'node', ...start });
  /** @type {Record<string, (message: any) => void>} */
  const handlers = {
    pause: (m) => session.pause(m.mode),
    slots: (m) => session.setSlots(m.slots),
    hidden: (m) => session.setHidden(m.hidden),
  };
  return {
    tell: (message) => handlers[message.name](message),
    leave: async () => { await session.leave(); },
  };
}
