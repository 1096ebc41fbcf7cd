/**
 * Bytes of the participant page, and the time from the click to the first
 * group's result.  usage: node tests/bench/page.js   (after scripts/build, npm ci in tests)
 */
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { CHROMIUM, LONG_GRAPH, startServer } from '../js/server.js';

const server = await startServer();
const browser = await chromium.launch(CHROMIUM);
const page = await browser.newPage();
/** @type {Promise<Buffer>[]} */
const bodies = [];
page.on('response', (response) => bodies.push(response.body()));
await page.goto(server.url);
await page.waitForLoadState('networkidle');
const sizes = (await Promise.all(bodies)).map((body) => body.length);
console.log(`page before the click: ${sizes.length} files, ${sizes.reduce((a, b) => a + b, 0)} bytes`);
const program = server.python(LONG_GRAPH);
program.done.catch(() => {}); // ended below, in the middle
const start = performance.now();
await page.click('#participate');
await page.waitForFunction(() => /Computing/.test(document.querySelector('#state')?.textContent ?? ''));
console.log(`from the click to the first group, benchmark included: ${((performance.now() - start) / 1000).toFixed(2)} s`);
const wasm = await (await fetch(`${server.url}raven.wasm`)).arrayBuffer();
console.log(`raven.wasm: ${wasm.byteLength} bytes, ${gzipSync(Buffer.from(wasm)).length} gzipped`);
program.end();
await browser.close();
await server.stop();
