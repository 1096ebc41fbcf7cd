/**
 * lib/session.js with a host that is none: sockets and workers in any order.
 * RAVEN_BUILD: the build tree (default: build).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Session } from '../../ravjs/lib/session.js';

const build = process.env.RAVEN_BUILD ?? 'build';
const module = new WebAssembly.Module(readFileSync(join(build, 'raven.wasm')));
const RECORD = 280;

class Socket extends EventTarget {
  bufferedAmount = 0;

  sent = [];

  closed = false;

  send(bytes) { this.sent.push(bytes); }

  close() { this.closed = true; }

  come(type, fields = {}) { this.dispatchEvent(Object.assign(new Event(type), fields)); }
}

/** A session whose sockets and workers are these lists. */
async function begin(slots = 1) {
  const host = {
    module,
    sockets: [],
    workers: [],
    connect: () => {
      host.sockets.push(new Socket());
      return host.sockets.at(-1);
    },
    spawn: (receive, died) => {
      const worker = {
        receive, died, posted: [], ended: false,
        post: (message) => worker.posted.push(message),
        end: () => { worker.ended = true; },
      };
      host.workers.push(worker);
      return worker;
    },
    show: () => {},
  };
  const session = await Session.start(host, {
    url: 'http://localhost:1', cid: 'somebody', secret: '00'.repeat(16), tab: 't',
    slots, memory: 1 << 26, kind: 'node', hidden: false,
  });
  return { host, session };
}

const pass = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const asked = (worker, which) => worker.posted.filter((m) => m.name === 'measure' && m.which === which).length;
const measured = (session) => session.shown.log.filter((line) => line.text === 'Measured.').length;

/** Benchmarks as a participant would ask for it. */
function measure(session) {
  session.measure();
  session.heard(0, { name: 'measured', record: new Uint8Array(RECORD) });
}

test('who has left does not connect again', async () => {
  const { host, session } = await begin();
  await pass(5);
  assert.equal(host.sockets.length, 1);
  host.sockets[0].come('close', { code: 1006 });
  await session.leave();
  await pass(700);   // the first back-off is half a second at most
  assert.equal(host.sockets.length, 1);
});

test('a message after the end is nobody\'s', async () => {
  const { host, session } = await begin();
  await pass(5);
  const [socket] = host.sockets;
  socket.come('open');
  session.end();
  session.pump = () => assert.fail('it is still at work');
  socket.come('message', { data: new ArrayBuffer(3) });
  assert.equal(socket.closed, true);
});

test('everyone who asks to leave hears when it is done', async () => {
  const { host, session } = await begin();
  await pass(5);
  host.sockets[0].come('open');
  const both = Promise.all([session.leave(), session.leave()]);
  host.sockets[0].come('close', { code: 1000 });
  await both;
});

test('as many slots are measured as are lent by then', async () => {
  const { host, session } = await begin(4);
  session.setSlots(2);
  measure(session);
  assert.equal(host.workers.length, 2);
  session.heard(0, { name: 'measured', record: new Uint8Array(RECORD) });
  assert.equal(measured(session), 0);
  session.heard(1, { name: 'measured', record: new Uint8Array(RECORD) });
  assert.equal(measured(session), 1);
  session.end();
});

test('a worker that dies after it was measured counts once', async () => {
  const { host, session } = await begin(3);
  measure(session);
  session.heard(1, { name: 'measured', record: new Uint8Array(RECORD) });
  host.workers[1].died('it fell');
  assert.equal(host.workers[1].ended, true);
  session.heard(0, { name: 'measured', record: new Uint8Array(RECORD) });
  assert.equal(measured(session), 0);
  host.workers[2].died('it fell, too');
  assert.equal(measured(session), 1);
  assert.deepEqual(host.workers.map((w) => asked(w, 1)), [1, 1, 1]);
  session.end();
});
