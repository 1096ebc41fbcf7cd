/**
 * The parity programs compute the same bits in raven.wasm, under Node and in
 * Chromium, as natively; damaged ones are refused with the same code.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { lines } from './parity_lines.js';
import { BUILD, CHROMIUM } from './server.js';

const TESTS = new URL('..', import.meta.url).pathname;
const SEED = Number(process.env.RAVEN_SEED ?? 1);
const GROUPS = Number(process.env.RAVEN_GROUPS ?? 2000);
const STREAM = join(BUILD, 'parity.bin');
const SERVED = new Map([
  ['/parity.bin', { path: STREAM, type: 'application/octet-stream' }],
  ['/raven.wasm', { path: join(BUILD, 'raven.wasm'), type: 'application/wasm' }],
  ['/parity_lines.js', { path: join(TESTS, 'js/parity_lines.js'), type: 'text/javascript' }],
]);

/** @type {string[]} */
let native = [];
before(() => {
  execFileSync('/usr/bin/python3', ['-W', 'ignore', '-m', 'parity.generate', BUILD, `${SEED}`, `${GROUPS}`, STREAM],
    { cwd: TESTS });
  native = readFileSync(join(BUILD, 'parity.lines'), 'utf8').trimEnd().split('\n');
});

/** @param {string[]} found */
function same(found) {
  assert.equal(found.length, native.length);
  const refused = native.slice(GROUPS).filter((text) => text.startsWith('!')).length;
  assert.ok(refused > GROUPS / 8, `only ${refused} damaged groups were refused`);
  found.forEach((text, i) => assert.equal(text, native[i], `group ${SEED + i}`));
}

/** Serves what the page needs. @returns {Promise<import('node:http').Server>} */
function serve() {
  const server = createServer((request, response) => {
    const file = SERVED.get(request.url ?? '');
    response.setHeader('content-type', file?.type ?? 'text/html');
    response.end(file ? readFileSync(file.path) : '');
  });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

test('raven.wasm under Node computes the same bits', async () => {
  same(await lines(new Uint8Array(readFileSync(join(BUILD, 'raven.wasm'))), readFileSync(STREAM)));
});

test('raven.wasm in Chromium computes the same bits', async () => {
  const server = await serve();
  const browser = await chromium.launch(CHROMIUM);
  try {
    const page = await browser.newPage();
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    await page.goto(`http://127.0.0.1:${port}/`);
    same(await page.evaluate(async () => {
      const module = '/parity_lines.js';
      const [wasm, stream] = await Promise.all(['/raven.wasm', '/parity.bin'].map(
        async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer())));
      return (await import(module)).lines(wasm, stream);
    }));
  } finally {
    await browser.close();
    server.close();
  }
});
