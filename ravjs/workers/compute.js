/** A compute worker of the page: one slot. */
import { Compute } from '../lib/compute.js';

// A message to oneself lets waiting messages in; timers are throttled in
// hidden tabs, messages are not.
const channel = new MessageChannel();
const breathe = () => new Promise((resolve) => {
  channel.port1.onmessage = () => resolve(undefined);
  channel.port2.postMessage(0);
});

const compute = new Compute({
  post: (message, transfer) => postMessage(message, { transfer }),
  breathe: async () => { await breathe(); },
});
addEventListener('message', ({ data }) => compute.receive(data));
// A rejected promise must end the worker visibly: the session then makes another.
addEventListener('unhandledrejection', (event) => {
  setTimeout(() => { throw event.reason; }, 0);
});
