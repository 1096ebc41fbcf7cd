/** A compute worker under Node: one slot. */
import { parentPort } from 'node:worker_threads';
import { Compute } from '../lib/compute.js';

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const compute = new Compute({
  post: (message, transfer) => port.postMessage(message, transfer),
  breathe: () => new Promise((resolve) => { setImmediate(resolve); }),
});
port.on('message', (message) => compute.receive(message));
