import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { participate } from '../../ravjs/raven.js';
import { FIRST_GRAPH, startServer } from './server.js';

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => { server = await startServer(); });
after(async () => { await server.stop(); });

/**
 * @param {import('../../ravjs/lib/participate.js').Participant} participant
 * @param {(s: import('../../ravjs/lib/snapshot.js').Snapshot) => boolean} ready
 */
function when(participant, ready) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(JSON.stringify(participant.store.value))), 30_000);
    const stop = participant.listen((s) => {
      if (!ready(s)) return;
      clearTimeout(late);
      queueMicrotask(() => stop());
      resolve(s);
    });
  });
}

test('a headless participant under Node computes the first graph', async () => {
  const participant = await participate(server.url, { slots: 2, cid: 'node', WebSocket });
  await when(participant, (s) => s.figures.length > 0 && s.phase === 'waiting');
  assert.match(await server.python(FIRST_GRAPH).done, /c: {2}\[ 6 24 10\]/);
  await when(participant, (s) => s.groupsDone >= 1);
  await participant.leave();
});

test('another secret for a CID that is taken is refused with the reason', async () => {
  const first = await participate(server.url, { cid: 'mine', WebSocket });
  await when(first, (s) => s.connection === 'online');
  const second = await participate(server.url, { cid: 'mine', WebSocket });
  const refused = await when(second, (s) => s.connection === 'refused');
  assert.equal(refused.refusal.code, 'cid_taken');
  assert.ok(refused.refusal.text.length > 10);
  await second.leave();
  await first.leave();
});

test('an address without a server is named', async () => {
  await assert.rejects(participate('http://127.0.0.1:9', { WebSocket }));
});
