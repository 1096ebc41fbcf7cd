import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { forgetIdentity, identity, memoryKeep } from '../../ravjs/lib/identity.js';
import { Store } from '../../ravjs/lib/store.js';
import { count, duration, metric, size } from '../../ravjs/lib/units.js';
import { points, summary } from '../../ravjs/page/views/plot.js';
import { inbox } from '../../ravjs/workers/table.js';

globalThis.crypto ??= /** @type {Crypto} */ (webcrypto);

test('numbers carry three digits, a prefix and a unit', () => {
  assert.equal(metric(0, 'B'), '0 B');
  assert.equal(metric(999, 'B'), '999 B');
  assert.equal(metric(1000, 'B'), '1.00 kB');
  assert.equal(metric(48.23e9, 'FLOP/s'), '48.2 GFLOP/s');
  assert.equal(metric(999.9e6, 'B'), '1.00 GB');
  assert.equal(metric(NaN, 'B'), 'not known');
  assert.equal(size(1536), '1.54 kB');
  assert.equal(count(1234567), '1,234,567');
});

test('durations are for people', () => {
  assert.equal(duration(0.85), '850 ms');
  assert.equal(duration(12.9), '12 s');
  assert.equal(duration(200), '3 min 20 s');
  assert.equal(duration(7500), '2 h 5 min');
});

test('a store calls back at once and after each change, until stopped', () => {
  const store = new Store(1);
  /** @type {number[]} */
  const seen = [];
  const stop = store.listen((value) => seen.push(value));
  store.set(2);
  stop();
  store.set(3);
  assert.deepEqual(seen, [1, 2]);
});

test('an identity is kept, a wanted CID has a secret of its own', () => {
  const local = memoryKeep();
  const first = identity('', local, memoryKeep());
  const second = identity('', local, memoryKeep());
  assert.equal(first.cid, second.cid);
  assert.equal(first.secret, second.secret);
  assert.notEqual(first.tab, second.tab);
  assert.equal(first.secret.length, 32);
  const named = identity('mine', local, memoryKeep());
  assert.equal(named.cid, 'mine');
  assert.notEqual(named.secret, first.secret);
  forgetIdentity(local);
  assert.notEqual(identity('', local, memoryKeep()).cid, first.cid);
});

test('the plot puts the newest second at the right and the peak at the top', () => {
  const drawn = points([0, 5, 10], 10).map((p) => p.split(',').map(Number));
  assert.equal(drawn.length, 3);
  assert.equal(drawn[2][0], 600);
  assert.ok(drawn[2][1] < drawn[1][1] && drawn[1][1] < drawn[0][1]);
  assert.match(summary([1e9, 3e9]), /now 3.00 GFLOP\/s, mean 2.00 GFLOP\/s, peak 3.00 GFLOP\/s/);
  assert.match(summary([]), /begins when you participate/);
});

test('an inbox refuses a name it does not know', () => {
  const receive = inbox({ hello: () => {} });
  receive({ name: 'hello' });
  assert.throws(() => receive({ name: 'nope' }), /nope/);
});
