/**
 * The page's network worker: the socket, the heartbeat and the participant.
 * Compute workers are its children; the page's thread only draws.
 */
import { Session } from '../lib/session.js';
import { inbox } from './table.js';

/** @type {Promise<Session> | null} */
let session = null;

/**
 * @param {(message: any) => void} receive
 * @param {(why: string) => void} died
 * @returns {import('../lib/session.js').Port}
 */
function spawn(receive, died) {
  const worker = new Worker(new URL('./compute.js', import.meta.url), { type: 'module', name: 'raven-compute' });
  worker.addEventListener('message', ({ data }) => receive(data));
  worker.addEventListener('error', (event) => died(event.message || 'it could not be loaded'));
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    end: () => worker.terminate(),
  };
}

/** @param {import('../lib/session.js').Options} options */
async function start(options) {
  const answer = await fetch(new URL('/raven.wasm', options.url));
  if (!answer.ok) throw new Error(`raven.wasm: the server answered ${answer.status}`);
  const module = await WebAssembly.compile(await answer.arrayBuffer());
  return Session.start({
    module, spawn,
    connect: (url, protocol) => new WebSocket(url, protocol),
    show: (snapshot) => postMessage({ name: 'snapshot', snapshot }),
  }, options);
}

/** @param {(running: Session) => void} act */
async function withSession(act) {
  if (session) act(await session);
}

const receive = inbox({
  start: (message) => {
    session = start(message);
    session.catch((error) => postMessage({ name: 'failed', reason: String(error.message ?? error) }));
  },
  pause: (message) => withSession((s) => s.pause(message.mode)),
  slots: (message) => withSession((s) => s.setSlots(message.slots)),
  hidden: (message) => withSession((s) => s.setHidden(message.hidden)),
  leave: () => withSession(async (s) => {
    await s.leave();
    postMessage({ name: 'left' });
  }),
});
addEventListener('message', ({ data }) => receive(data));
