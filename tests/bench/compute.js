/**
 * What raven.wasm achieves under Node, as ratios to other ways in the same
 * engine, each pair measured in turns.  A few seconds.
 * usage: node tests/bench/compute.js BUILD MODULES   (tests/bench/compute.sh does)
 * BUILD: raven.wasm and parity-table; MODULES: a folder with tfjs installed.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [BUILD, MODULES] = process.argv.slice(2).map((path) => resolve(path));
const ROUNDS = 7;
const MEMORY = 1 << 30;
const DTYPES = { int32: 2, float32: 4, float64: 5 };
const ARRAYS = { int32: Int32Array, float32: Float32Array, float64: Float64Array };

/** @typedef {keyof typeof DTYPES} Dtype */
/** @typedef {{ name: string, inputs: number[], shape: number[], words?: number[], exported?: boolean }} Op */
/** @typedef {{ load: () => void, run: () => void }} Job */

/** @type {Map<string, number>} */
const codes = new Map(JSON.parse(execFileSync(join(BUILD, 'parity-table'), { encoding: 'utf8' })).map(
  (/** @type {{ name: string, code: number }} */ row) => [row.name, row.code]));
const wasm = /** @type {{ instance: { exports: Record<string, any> } }} */ (/** @type {unknown} */ (
  await WebAssembly.instantiate(new Uint8Array(readFileSync(join(BUILD, 'raven.wasm'))), {})));
const call = wasm.instance.exports;

/** @param {number} n */
const pad = (n) => Math.ceil(n / 8) * 8;

/**
 * A program (common/program.h) of given sources, then ops; the last op, and
 * those that say so, are exported.
 * @param {Dtype} dtype @param {number[][]} sources  their shapes @param {Op[]} ops
 */
function program(dtype, sources, ops) {
  const all = [...sources.map((shape) => ({ name: 'lin', inputs: [], shape })), ...ops];
  const refs = all.flatMap((op) => op.inputs);
  const dims = all.flatMap((op) => op.shape);
  const words = ops.flatMap((op) => op.words ?? []);
  const table = 40 + 24 * all.length;
  const bytes = new Uint8Array(table + pad(4 * refs.length) + 8 * (dims.length + words.length));
  const view = new DataView(bytes.buffer);
  [0x31505652, 1, 0, all.length, refs.length, dims.length, words.length, 0, 0, 0].forEach(
    (word, i) => view.setUint32(4 * i, word, true));
  let [ref, dim, word] = [0, 0, 0];
  all.forEach((op, i) => {
    const at = 40 + 24 * i;
    const given = i < sources.length;
    const exported = i === all.length - 1 || ('exported' in op && op.exported);
    view.setUint16(at, /** @type {number} */ (codes.get(op.name)), true);
    [DTYPES[dtype], op.shape.length, exported ? 1 : 0, given ? 3 : 0].forEach((b, k) => view.setUint8(at + 2 + k, b));
    view.setUint16(at + 6, op.inputs.length, true);
    [ref, dim, word, given ? i : 0xffffffff].forEach((x, k) => view.setUint32(at + 8 + 4 * k, x, true));
    ref += op.inputs.length;
    dim += op.shape.length;
    word += 'words' in op && op.words ? op.words.length : 0;
  });
  refs.forEach((x, i) => view.setUint32(table + 4 * i, x, true));
  [...dims, ...words].forEach((x, i) => view.setBigInt64(table + pad(4 * refs.length) + 8 * i, BigInt(x), true));
  return bytes;
}

/**
 * A job of the module; load hands it in, which is not measured.
 * @param {Uint8Array} code @param {ArrayBufferView[]} given @returns {Job}
 */
function job(code, given) {
  const parts = [code, ...given.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength))];
  let end = 24 + 8 * given.length;
  const places = parts.map((part) => {
    const at = Math.ceil(end / 16) * 16;
    end = at + part.length;
    return at;
  });
  const handle = call.rv_job_new();
  return {
    load() {
      const address = call.rv_job_load(handle, end) >>> 0;
      const bytes = new Uint8Array(call.memory.buffer, address, end);
      const view = new DataView(call.memory.buffer, address, end);
      view.setUint32(0, 0x31424a52, true);
      view.setUint32(4, given.length, true);
      view.setUint32(8, MEMORY, true);
      parts.forEach((part, i) => {
        const place = i === 0 ? 16 : 24 + 8 * (i - 1);
        view.setUint32(place, places[i], true);
        view.setUint32(place + 4, part.length, true);
        bytes.set(part, places[i]);
      });
      const refused = call.rv_job_start(handle);
      if (refused) throw new Error(`refused with ${refused}`);
    },
    run() {
      while (call.rv_job_step(handle, 1e9)) { /* the next step */ }
    },
  };
}

/** @param {() => void} run */
function seconds(run) {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

/**
 * The best of some rounds of each, in turns.
 * @param {Job} mine @param {() => void} other @param {number} [rounds]
 */
function race(mine, other, rounds = ROUNDS) {
  const best = [Infinity, Infinity];
  for (let i = 0; i < rounds; i += 1) {
    mine.load();
    best[0] = Math.min(best[0], seconds(() => mine.run()));
    best[1] = Math.min(best[1], seconds(other));
  }
  return best;
}

/** @param {string} what @param {string} rate @param {number} ratio @param {string} to @param {number} [target] */
function report(what, rate, ratio, to, target) {
  const aim = target === undefined ? '' : `  (aim ${target})`;
  console.log(`${what.padEnd(26)}${rate.padStart(16)}  ${ratio.toFixed(2).padStart(6)} x ${to}${aim}`);
}

/** @param {Dtype} dtype @param {number} n  numbers in [0.5, 1.5) */
function numbers(dtype, n) {
  const a = new ARRAYS[dtype](n);
  for (let i = 0, x = 1; i < n; i += 1) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    a[i] = dtype === 'int32' ? x : 0.5 + x / 4294967296;
  }
  return a;
}

/** @param {Float64Array} a @param {Float64Array} b @param {Float64Array} c @param {number} n */
function plain(a, b, c, n) {
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      let s = 0;
      for (let k = 0; k < n; k += 1) s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
  }
}

/** @param {Dtype} dtype @param {number} n */
function product(dtype, n) {
  const a = numbers(dtype, n * n);
  return job(program(dtype, [[n, n], [n, n]], [{ name: 'matmul', inputs: [0, 1], shape: [n, n] }]), [a, a]);
}

async function products() {
  const require = createRequire(join(MODULES, 'node_modules/'));
  const tf = require('@tensorflow/tfjs-core');
  require('@tensorflow/tfjs-backend-wasm').setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  const n = 512;
  const flops = 2 * n ** 3;
  const a = tf.tensor2d(numbers('float32', n * n), [n, n]);
  const [mine, theirs] = race(product('float32', n), () => {
    const c = tf.matMul(a, a);
    c.dataSync();
    c.dispose();
  });
  report('matmul float32 512', `${(flops / mine * 1e-9).toFixed(1)} GFLOP/s`, theirs / mine, 'tfjs-backend-wasm', 1);
  const x = /** @type {Float64Array} */ (numbers('float64', n * n));
  const y = new Float64Array(n * n);
  const wide = race(product('float64', n), () => plain(x, x, y, n), 3);
  report('matmul float64 512', `${(flops / wide[0] * 1e-9).toFixed(1)} GFLOP/s`, wide[1] / wide[0], 'plain loops', 20);
  const ints = race(product('int32', n), () => {});
  report('matmul int32 512', `${(flops / ints[0] * 1e-9).toFixed(1)} Gop/s`, mine / ints[0], 'float32');
}

/** Sums and elementwise ops against copying in memory. */
function streams() {
  const shape = [2048, 2048];
  const size = 2048 * 2048;
  for (const dtype of /** @type {Dtype[]} */ (['float32', 'float64'])) {
    const a = numbers(dtype, size);
    const to = a.slice();
    const copied = 2 * a.byteLength;
    const sum = job(program(dtype, [shape], [{ name: 'sum', inputs: [0], shape: [], words: [-1, 1, 0] }]), [a]);
    const added = job(program(dtype, [shape, shape], [{ name: 'add', inputs: [0, 1], shape }]), [a, a]);
    for (const [name, task, bytes] of /** @type {[string, Job, number][]} */ (
      [['sum', sum, a.byteLength], ['add', added, 3 * a.byteLength]])) {
      const [mine, copy] = race(task, () => to.set(a));
      report(`${name} ${dtype}`, `${(bytes / mine * 1e-9).toFixed(1)} GB/s`, bytes / mine / (copied / copy), 'memcpy');
    }
  }
}

function functions() {
  const n = 1e6;
  const a = /** @type {Float32Array} */ (numbers('float32', n));
  const to = new Float32Array(n);
  for (const name of /** @type {('exp' | 'tanh')[]} */ (['exp', 'tanh'])) {
    if (!codes.has(name)) continue;
    const f = Math[name];
    const task = job(program('float32', [[n]], [{ name, inputs: [0], shape: [n] }]), [a]);
    const [mine, theirs] = race(task, () => {
      for (let i = 0; i < n; i += 1) to[i] = f(a[i]);
    });
    report(`${name} float32`, `${(n / mine * 1e-6).toFixed(0)} Melem/s`, theirs / mine, `Math.${name}`, 4);
  }
}

/** Six ops in one line, and each with its value kept in memory. */
function fusion() {
  const shape = [2048, 1024];
  const a = numbers('float64', 2048 * 1024);
  const names = ['add', 'mul', 'add', 'mul', 'add', 'mul'];
  const [fused, kept] = [false, true].map((exported) => job(program('float64', [shape, shape], names.map(
    (name, i) => ({ name, inputs: [i === 0 ? 0 : i + 1, 1], shape, exported }))), [a, a]));
  const best = race(fused, () => {}, ROUNDS);
  let apart = Infinity;
  for (let i = 0; i < ROUNDS; i += 1) {
    kept.load();
    apart = Math.min(apart, seconds(() => kept.run()));
    fused.load();
    best[0] = Math.min(best[0], seconds(() => fused.run()));
  }
  report('six ops on 16 MB', `${(best[0] * 1000).toFixed(2)} ms`, apart / best[0], 'not fused', 1.8);
}

await products();
streams();
functions();
fusion();
