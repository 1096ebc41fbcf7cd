/**
 * Runs the parity programs in raven.wasm; nothing of Node, so that a page can
 * import it too.  A line for each program: op:digest of what it exported,
 * op!code of what failed, or !code if it was refused, as tests/parity writes
 * them for the native executor.
 */
const JOB_MAGIC = 0x31424a52;
const JOB_ALIGN = 16;
const JOB_HEAD = 24;
const JOB_PLACE = 8;
const OUTCOME_HEAD = 56;
const EXPORT_SIZE = 112;
const EXPORT_DIGEST = 80;
const ERROR_SIZE = 48;
const ERROR_CODE = 8;
const BUDGET = 1e5;
const MEMORY = 1 << 30;

/** @typedef {{ exports: Record<string, any> }} Instance */

/**
 * The programs of raven-run's input, each with the values handed in.
 * @param {Uint8Array} stream
 */
function* programs(stream) {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  for (let at = 0; at < stream.length;) {
    const count = view.getUint32(at + 16, true) + 1;
    at += 20;
    /** @type {Uint8Array[]} */
    const parts = [];
    for (let i = 0; i < count; i += 1) {
      const size = Number(view.getBigUint64(at, true));
      parts.push(stream.subarray(at + 8, at + 8 + size));
      at += 8 + size;
    }
    yield parts;
  }
}

/**
 * The job as the network worker's instance composes it.
 * @param {Uint8Array[]} parts  the program, then the given values
 */
function compose(parts) {
  let end = JOB_HEAD + JOB_PLACE * (parts.length - 1);
  const places = parts.map((part) => {
    const at = Math.ceil(end / JOB_ALIGN) * JOB_ALIGN;
    end = at + part.length;
    return at;
  });
  const job = new Uint8Array(end);
  const view = new DataView(job.buffer);
  view.setUint32(0, JOB_MAGIC, true);
  view.setUint32(4, parts.length - 1, true);
  view.setUint32(8, MEMORY, true);
  parts.forEach((part, i) => {
    const place = i === 0 ? 16 : JOB_HEAD + JOB_PLACE * (i - 1);
    view.setUint32(place, places[i], true);
    view.setUint32(place + 4, part.length, true);
    job.set(part, places[i]);
  });
  return job;
}

/**
 * @param {DataView} view
 * @param {number} at  of a struct rv_outcome
 */
function line(view, at) {
  const [refused, exports, errors] = [0, 4, 8].map((offset) => view.getUint32(at + offset, true));
  if (refused) return `!${refused}`;
  /** @type {[number, string][]} */
  const found = [];
  for (let i = 0; i < exports; i += 1) {
    const entry = at + OUTCOME_HEAD + EXPORT_SIZE * i;
    const digest = new Uint8Array(view.buffer, entry + EXPORT_DIGEST, 32);
    const op = view.getUint32(entry, true);
    found.push([op, `${op}:${Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('')}`]);
  }
  for (let i = 0; i < errors; i += 1) {
    const entry = at + OUTCOME_HEAD + EXPORT_SIZE * exports + ERROR_SIZE * i;
    const op = view.getUint32(entry, true);
    found.push([op, `${op}!${view.getUint32(entry + ERROR_CODE, true)}`]);
  }
  return found.sort((a, b) => a[0] - b[0]).map(([, text]) => text).join(' ');
}

/**
 * @param {Uint8Array<ArrayBuffer>} wasm
 * @param {Uint8Array} stream
 */
export async function lines(wasm, stream) {
  const { instance } = /** @type {{ instance: Instance }} */ (
    /** @type {unknown} */ (await WebAssembly.instantiate(wasm, {})));
  const call = instance.exports;
  const handle = call.rv_job_new();
  const found = [];
  for (const parts of programs(stream)) {
    const job = compose(parts);
    const address = call.rv_job_load(handle, job.length) >>> 0;
    new Uint8Array(call.memory.buffer, address, job.length).set(job);
    call.rv_job_start(handle);
    while (call.rv_job_step(handle, BUDGET)) { /* the next step */ }
    const outcome = call.rv_job_outcome(handle) >>> 0;
    found.push(line(new DataView(call.memory.buffer), outcome));
    call.rv_job_clear(handle);
  }
  return found;
}
