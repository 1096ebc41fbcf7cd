/** A real server for the tests of the page and of the library. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../..', import.meta.url).pathname;
export const BUILD = process.env.RAVEN_BUILD ?? join(ROOT, 'build');
export const CHROMIUM = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
};
const DEADLINE_MS = 60_000;

/** @param {Record<string, string | number>} settings */
export async function startServer(settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'raven-js-'));
  const all = { port: 0, state_dir: `${folder}/state`, www_dir: `${BUILD}/www`, gateways: 1, drain_ms: 1000, ...settings };
  const options = Object.entries(all).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const broker = spawn(join(BUILD, 'brokerd'), options, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  const url = await new Promise((resolve, reject) => {
    broker.stderr.on('data', (/** @type {Buffer} */ piece) => {
      log += piece;
      const ready = /ready: (http:\/\/[^\s]+)/.exec(log);
      if (ready) resolve(ready[1]);
    });
    broker.on('exit', (code) => reject(new Error(`brokerd ended with ${code}:\n${log}`)));
    setTimeout(() => reject(new Error(`brokerd was not ready:\n${log}`)), DEADLINE_MS).unref();
  });
  const gone = new Promise((resolve) => { broker.on('exit', resolve); });
  return {
    url: String(url),
    log: () => log,
    /** SIGKILL, for the tests that need a server that vanishes. */
    async kill() {
      broker.kill('SIGKILL');
      await gone;
    },
    async stop() {
      broker.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
    /** Starts a Python program; resolves with what it printed. @param {string} source */
    python(source) {
      const program = spawn('/usr/bin/python3', ['-c', source], {
        env: { ...process.env, RAVEN_URL: String(url), PYTHONPATH: join(BUILD, 'ravop'), RAVEN_PROGRESS: '0' },
      });
      let out = '';
      let err = '';
      program.stdout.on('data', (/** @type {Buffer} */ piece) => { out += piece; });
      program.stderr.on('data', (/** @type {Buffer} */ piece) => { err += piece; });
      const done = new Promise((resolve, reject) => {
        program.on('exit', (code) => (code === 0 ? resolve(out) : reject(new Error(`${out}\n${err}\n${log.slice(-3000)}`))));
      });
      return { done, end: () => program.kill() };
    },
  };
}

export const FIRST_GRAPH = `
import ravop as R
graph = R.Graph(name='test', approach='distributed')
c = R.t([1, 2, 3]) + R.t([5, 22, 7])
print('c: ', c())
graph.end()
`;

/** Several seconds of work in many groups. */
export const LONG_GRAPH = `
import numpy as np
import ravop as R
graph = R.Graph(name='long division of labour', approach='distributed')
t = [R.t(np.random.default_rng(i).standard_normal((300, 300))) for i in range(6)]
sums = []
for k in range(400):
    c = t[k % 6]
    for j in range(5):
        c = (c @ t[(k + j + 1) % 6]) * 0.05
    sums.append(c.sum())
R.compute(*sums)
print(graph.end())
`;
