/** A participant in a page: the session is in a Web Worker. */

const GOODBYE_MS = 300;

/**
 * @param {object} start
 * @param {import('./store.js').Store<import('./snapshot.js').Snapshot>} store
 * @returns {Promise<import('./participate.js').Link>}
 */
export async function open(start, store) {
  const net = new Worker(new URL('../workers/net.js', import.meta.url), { type: 'module', name: 'raven-net' });
  /** @type {() => void} */
  let left = () => {};
  const end = (/** @type {string} */ reason) => {
    net.terminate();
    store.set({ ...store.value, connection: reason ? 'offline' : 'idle', reason, phase: 'idle', work: [], speed: 0 });
    left();
  };
  net.addEventListener('message', ({ data }) => {
    if (data.name === 'snapshot') store.set(data.snapshot);
    else if (data.name === 'left') end('');
    else if (data.name === 'failed') end(data.reason);
  });
  net.addEventListener('error', (event) => end(event.message || 'the worker could not be loaded'));
  net.postMessage({ name: 'start', kind: 'page', ...start });
  return {
    tell: (message) => net.postMessage(message),
    leave: () => new Promise((resolve) => {
      // A page that goes away cannot wait for long.
      const late = setTimeout(() => end(''), GOODBYE_MS);
      left = () => {
        clearTimeout(late);
        resolve(undefined);
      };
      net.postMessage({ name: 'leave' });
    }),
  };
}
