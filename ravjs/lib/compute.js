/**
 * One slot: computes groups and the benchmark with its own instance of
 * raven.wasm, in steps of 20 to 50 ms, letting messages in between.
 */
import { inbox } from '../workers/table.js';
import { Module } from './wasm.js';

const STEP_MIN_MS = 20;
const STEP_MAX_MS = 50;
const FIRST_BUDGET = 2e7;
const PROGRESS_MS = 200;
const BENCH_SIZE = 280;
const OUTCOME_HEAD = 56;
const EXPORT_SIZE = 112;

/**
 * @typedef {object} ComputeHost
 * @property {(message: object, transfer: ArrayBuffer[]) => void} post
 * @property {() => Promise<void>} breathe  lets waiting messages in
 */

export class Compute {
  /** @param {ComputeHost} host */
  constructor(host) {
    this.host = host;
    this.budget = FIRST_BUDGET;
    // Runs count up, and a stop for one is meant for all before it.
    this.stopped = 0;
    /** One group at a time: the next waits until a stopped one has ended. */
    this.turn = Promise.resolve();
    /** @type {Promise<Module> | null} */
    this.module = null;
    this.job = 0;
    this.receive = inbox({
      module: (m) => { this.module = Module.start(m.module); },
      measure: (m) => this.measure(m.which),
      group: (m) => {
        this.turn = this.turn.then(() => this.group(m.run, m.job));
      },
      stop: (m) => { this.stopped = m.run; },
    });
  }

  async instance() {
    if (!this.module) throw new Error('the module comes first');
    return this.module;
  }

  /** @param {number} which  0: all stages; 1: those that compare slots */
  async measure(which) {
    const m = await this.instance();
    const bench = m.call.rv_bench_new(which);
    if (!bench) throw new Error('no memory for the benchmark');
    let more = 1;
    while (more) {
      const stage = m.call.rv_bench_stage(bench);
      this.host.post({
        name: 'measuring',
        stage: m.string(m.call.rv_bench_stage_name(bench, stage)),
        share: stage / m.call.rv_bench_stages(bench),
      }, []);
      const start = performance.now();
      more = m.call.rv_bench_step(bench);
      m.call.rv_bench_timed(bench, (performance.now() - start) * 1000);
      await this.host.breathe();
    }
    const record = m.bytes(m.call.rv_bench_result(bench), BENCH_SIZE).slice();
    m.call.rv_bench_free(bench);
    this.host.post({ name: 'measured', record }, [record.buffer]);
  }

  /**
   * @param {number} run
   * @param {Uint8Array} job
   */
  async group(run, job) {
    const m = await this.instance();
    if (run <= this.stopped) {
      this.host.post({ name: 'stopped', run }, []);
      return;
    }
    this.job ||= m.call.rv_job_new();
    const begin = performance.now();
    const address = m.call.rv_job_load(this.job, job.length);
    let compute = 0;
    if (address) {
      m.bytes(address, job.length).set(job);
      const spent = await this.steps(m, run);
      if (spent < 0) {
        m.call.rv_job_clear(this.job);
        this.host.post({ name: 'stopped', run }, []);
        return;
      }
      compute = spent;
    }
    this.finish(m, run, compute, performance.now() - begin);
  }

  /**
   * Starts it and steps until done; the compute time in ms, or -1 when it was
   * stopped.
   * @param {Module} m
   * @param {number} run
   */
  async steps(m, run) {
    const begin = performance.now();
    let told = begin;
    m.call.rv_job_start(this.job);
    let compute = performance.now() - begin;
    for (;;) {
      const start = performance.now();
      const more = m.call.rv_job_step(this.job, this.budget);
      const now = performance.now();
      compute += now - start;
      if (!more) return compute;
      if (now - start < STEP_MIN_MS) this.budget *= 2;
      else if (now - start > STEP_MAX_MS) this.budget /= 2;
      if (now - told > PROGRESS_MS) {
        told = now;
        this.host.post({
          name: 'progress', run, done: m.call.rv_job_done(this.job), total: m.call.rv_job_total(this.job),
        }, []);
      }
      await this.host.breathe();
      if (run <= this.stopped) return -1;
    }
  }

  /**
   * @param {Module} m
   * @param {number} run
   * @param {number} compute ms
   * @param {number} wall ms
   */
  finish(m, run, compute, wall) {
    const at = m.call.rv_job_outcome(this.job) >>> 0;
    const head = m.bytes(at, m.call.rv_job_outcome_size(this.job)).slice();
    const view = m.view();
    const count = view.getUint32(at + 4, true);
    /** @type {Uint8Array[]} */
    const values = [];
    for (let i = 0; i < count; i += 1) {
      const entry = at + OUTCOME_HEAD + EXPORT_SIZE * i;
      values.push(m.bytes(view.getUint32(entry + 8, true), view.getUint32(entry + 12, true)).slice());
    }
    m.call.rv_job_clear(this.job);
    this.host.post({ name: 'done', run, head, values, computeUs: compute * 1000, wallUs: wall * 1000 },
      [head, ...values].map((part) => /** @type {ArrayBuffer} */ (part.buffer)));
  }
}
