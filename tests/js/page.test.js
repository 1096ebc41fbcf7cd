import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { BUILD, CHROMIUM, FIRST_GRAPH, LONG_GRAPH, startServer } from './server.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = join(BUILD, 'screenshots');
const LOOKS = [
  { name: 'light', colorScheme: 'light', width: 1200 },
  { name: 'dark', colorScheme: 'dark', width: 1200 },
  { name: 'phone', colorScheme: 'light', width: 360 },
];

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  server = await startServer();
  browser = await chromium.launch(CHROMIUM);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/**
 * A page in a browser profile of its own, and what it asked the network for.
 * @param {string} [query]
 */
async function open(query = '') {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  /** @type {string[]} */
  const requests = [];
  /** @type {string[]} */
  const faults = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (line) => { if (line.type() === 'error') faults.push(line.text()); });
  await page.goto(server.url + query);
  return { page, requests, faults, close: () => context.close() };
}

/** @param {import('playwright-core').Page} page @param {string} state */
async function look(page, state, looks = LOOKS) {
  for (const { name, colorScheme, width } of looks) {
    await page.emulateMedia({ colorScheme: /** @type {'light' | 'dark'} */ (colorScheme) });
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(SHOTS, `${state}-${name}.png`), fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${state} ${name}: ${wide} px wider than the screen`);
    // Through the protocol: the page's own policy allows no foreign script.
    await page.evaluate(AXE);
    const found = await page.evaluate(async () => {
      const { violations } = await /** @type {any} */ (globalThis).axe.run();
      return violations.map((/** @type {any} */ v) => `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.html).join(' ')}`);
    });
    assert.deepEqual(found, [], `${state} ${name}`);
  }
}

/** @param {import('playwright-core').Page} page @param {RegExp} text */
async function state(page, text) {
  await page.waitForFunction(
    ({ source, flags }) => new RegExp(source, flags).test(document.querySelector('#state')?.textContent ?? ''),
    { source: text.source, flags: text.flags }, { timeout: 30_000 },
  );
}

test('nothing runs before the click', async () => {
  const { page, requests, faults, close } = await open();
  await page.waitForLoadState('networkidle');
  assert.equal(page.workers().length, 0);
  assert.ok(requests.every((url) => url.startsWith(server.url)), requests.join('\n'));
  assert.ok(!requests.some((url) => url.endsWith('.wasm')));
  assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
  await look(page, 'idle');
  assert.deepEqual(faults, []);
  await close();
});

test('a click, the benchmark, groups, pause and resume', async () => {
  const { page, requests, faults, close } = await open('?cid=page-test');
  await page.click('#participate');
  await state(page, /Waiting for work/);
  assert.match(await page.innerText('#bench'), /Matrix product, float32/);
  await page.waitForFunction(() => /Round trip/.test(document.querySelector('#bench')?.textContent ?? ''));
  assert.match(await page.innerText('#lend'), /page-test/);
  assert.match(await page.innerText('#connection'), /Connected/);
  assert.match(await server.python(FIRST_GRAPH).done, /c: {2}\[ 6 24 10\]/);
  const long = server.python(LONG_GRAPH);
  await state(page, /Computing/);
  await page.waitForFunction(() => /long division of labour/.test(document.querySelector('#now')?.textContent ?? ''));
  await page.waitForFunction(() => /mean/.test(document.querySelector('#plot')?.textContent ?? ''));
  await look(page, 'computing');
  await page.click('#pause-now');
  await state(page, /Paused/);
  await page.click('#pause-now');
  await state(page, /Computing/);
  await page.click('#pause-after');
  await state(page, /Paused/);
  await page.click('#pause-now');
  assert.match(String(await long.done), /Graph computed successfully!/);
  await page.click('#participate');
  await state(page, /Ready when you are/);
  // Workers end on their own time.
  for (const end = Date.now() + 5000; page.workers().length && Date.now() < end;) await page.waitForTimeout(20);
  assert.equal(page.workers().length, 0);
  assert.match(await page.innerText('#log'), /Stopped participating/);
  assert.ok(requests.every((url) => url.startsWith(server.url)), requests.join('\n'));
  assert.deepEqual(faults, []);
  await close();
});

test('the benchmark is shown while it runs', async () => {
  // It is over within a second: one look each time.
  for (const each of LOOKS) {
    const { page, close } = await open();
    await page.click('#participate');
    await state(page, /Measuring/);
    await look(page, 'benchmarking', [each]);
    await close();
  }
});

test('two tabs of one CID are two participants', async () => {
  const { page, close } = await open('?cid=twins&auto=1');
  const second = await page.context().newPage();
  await second.goto(`${server.url}?cid=twins&auto=1`);
  await state(page, /Waiting for work/);
  await state(second, /Waiting for work/);
  await close();
});

test('a CID of somebody else is refused with a way out', async () => {
  const first = await open('?cid=taken&auto=1');
  await state(first.page, /Waiting for work/);
  const second = await open('?cid=taken&auto=1');
  await second.page.waitForSelector('#new-identity');
  assert.match(await second.page.innerText('#connection'), /Refused/);
  await look(second.page, 'refused');
  await second.page.click('#new-identity');
  await state(second.page, /Waiting for work/);
  await first.close();
  await second.close();
});

test('a number of cores is kept', async () => {
  const { page, close } = await open();
  const all = await page.evaluate(() => navigator.hardwareConcurrency);
  await page.fill('#cores', String(all));
  await page.dispatchEvent('#cores', 'change');
  await page.reload();
  assert.equal(await page.inputValue('#cores'), String(all));
  await close();
});

test('offline is shown with its reason, and the page comes back', async () => {
  const lost = await startServer();
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${lost.url}?cid=lost&auto=1`);
  await state(page, /Waiting for work/);
  await lost.kill();
  await state(page, /Offline/);
  assert.match(await page.innerText('#connection'), /next try in \d+ s/);
  assert.match(await page.innerText('#log'), /Offline: [a-z ]+\./);
  assert.match(await page.innerText('#now'), /Nothing until the server is reached/);
  await look(page, 'offline');
  await context.close();
});

test('on plain HTTP from another host it works, degraded, and says so', async () => {
  const name = 'raven.test';
  const other = await startServer({ hosts: name });
  const port = new URL(other.url).port;
  const plain = await chromium.launch({ ...CHROMIUM, args: [...CHROMIUM.args, `--host-resolver-rules=MAP ${name} 127.0.0.1`] });
  const page = await plain.newPage();
  await page.goto(`http://${name}:${port}/`);
  assert.equal(await page.evaluate(() => isSecureContext), false);
  assert.match(await page.innerText('#notices'), /plain HTTP/);
  await page.click('#participate');
  await state(page, /Waiting for work/);
  assert.match(await other.python(FIRST_GRAPH).done, /c: {2}\[ 6 24 10\]/);
  await plain.close();
  await other.stop();
});
