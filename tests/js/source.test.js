import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const RAVJS = new URL('../../ravjs/', import.meta.url).pathname;
const TESTS = new URL('..', import.meta.url).pathname;
const BUDGET = 100_000;

/** @param {string} folder @returns {string[]} */
function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

test('the types hold', () => {
  const done = spawnSync('npx', ['tsc', '-p', 'tsconfig.json'], { cwd: TESTS, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stdout);
});

test('scripts and styles stay under 100 KB', () => {
  const total = files(RAVJS).filter((path) => /\.(js|css)$/.test(path))
    .reduce((sum, path) => sum + statSync(path).size, 0);
  assert.ok(total < BUDGET, `${total} bytes`);
});

test('the page asks nobody else for anything', () => {
  for (const path of files(RAVJS).filter((name) => /\.(js|css|html)$/.test(name))) {
    const text = readFileSync(path, 'utf8').replaceAll('http://www.w3.org/2000/svg', '');
    for (const [address] of text.matchAll(/https?:\/\/[^\s'"`)]*/g)) {
      assert.ok(address.startsWith('http://localhost'), `${path}: ${address}`);
    }
  }
});

test('views write text, never markup', () => {
  for (const path of files(join(RAVJS, 'page')).filter((name) => name.endsWith('.js'))) {
    assert.doesNotMatch(readFileSync(path, 'utf8'), /innerHTML|outerHTML|insertAdjacentHTML|document\.write/, path);
  }
});

test('lib/ knows no page', () => {
  for (const path of files(join(RAVJS, 'lib'))) {
    assert.doesNotMatch(readFileSync(path, 'utf8'), /\bdocument\.|from '\.\.\/page/, path);
  }
});
