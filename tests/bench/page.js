/**
 * Bytes of the participant page, and the time from the click to the first
 * group's result.  usage: node tests/bench/page.js   (after scripts/build, npm ci in tests)
 */
import { chromium } from 'playwright-core';
import { CHROMIUM, LONG_GRAPH, startServer } from '../js/server.js';

const server = await startServer();
const browser = await chromium.launch(CHROMIUM);
const page = await browser.newPage();
let bytes = 0;
let files = 0;
page.on('response', async (response) => {
  bytes += (await response.body().catch(() => Buffer.alloc(0))).length;
  files += 1;
});
await page.goto(server.url);
await page.waitForLoadState('networkidle');
console.log(`page before the click: ${files} files, ${bytes} bytes`);
const program = server.python(LONG_GRAPH);
const start = performance.now();
await page.click('#participate');
await page.waitForFunction(() => /Computing/.test(document.querySelector('#state')?.textContent ?? ''));
console.log(`from the click to the first group, benchmark included: ${((performance.now() - start) / 1000).toFixed(2)} s`);
const wasm = await (await fetch(`${server.url}raven.wasm`)).arrayBuffer();
console.log(`raven.wasm: ${wasm.byteLength} bytes`);
program.end();
await browser.close();
await server.stop();
