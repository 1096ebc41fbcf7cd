/*
 * raven.wasm under Node: it imports nothing, its allocator holds, the
 * benchmark runs, and a group comes to the very RESULT, byte for byte, that
 * the native code (native_group.c) gives.
 * RAVEN_BUILD: the build tree (default: the working directory).
 */
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'node:test';
import {Compute} from '../../ravjs/lib/compute.js';

const build = process.env.RAVEN_BUILD ?? '.';
const wasm = new WebAssembly.Module(readFileSync(join(build, 'raven.wasm')));

const KIND = {CONNECT: 1, SEND: 2, CLOSE: 3, RUN: 4, STOP: 5, BENCH: 6};
const TEXT = {CID: 1, SECRET: 2, TAB: 3};
const BENCH_SIZE = 280;

/** A new instance's exports. */
const make = () => new WebAssembly.Instance(wasm).exports;

/** A copy of len bytes at address. */
const bytes = (e, address, len) =>
	new Uint8Array(e.memory.buffer).slice(address, address + len);

const words = (e, address, n) =>
	new Uint32Array(e.memory.buffer.slice(address, address + 4 * n));

const put = (e, address, data) =>
	new Uint8Array(e.memory.buffer).set(data, address);

/** The network worker's side of the ABI, as wasm.h tells it. */
class Net {
	constructor() {
		this.e = make();
		this.n = this.e.rv_net_new() >>> 0;
		for (const [text, value] of [[TEXT.CID, 'cid'], [TEXT.TAB, 'tab'],
			[TEXT.SECRET, '0123456789abcdef']]) {
			const data = new TextEncoder().encode(value);
			const a = this.e.rv_alloc(data.length) >>> 0;
			put(this.e, a, data);
			this.e.rv_net_set(this.n, text, a, data.length);
			this.e.rv_free(a);
		}
		this.e.rv_net_start(this.n, 1, 1 << 26, 3, 1);
	}

	/** All commands that wait, those of RUN with their job. */
	pump() {
		const commands = [];

		for (;;) {
			const c = this.e.rv_net_next(this.n, 0) >>> 0;
			if (c === 0)
				return commands;
			const [kind, slot, run, , , ptr, len, n, total] =
				words(this.e, c, 9);
			if (kind === KIND.RUN)
				commands.push({kind, slot, run,
					job: this.job(ptr, n, total)});
			else
				commands.push({kind, data: bytes(this.e, ptr, len)});
		}
	}

	job(ptr, n, total) {
		const job = new Uint8Array(total);
		const pieces = words(this.e, ptr, 3 * n);

		for (let i = 0; i < n; i++) {
			const [at, len, to] = pieces.slice(3 * i, 3 * i + 3);
			job.set(bytes(this.e, at, len), to);
		}
		return job;
	}

	receive(message) {
		const a = this.e.rv_net_reserve(this.n, message.length) >>> 0;

		put(this.e, a, message);
		this.e.rv_net_received(this.n, message.length, 1);
		return this.pump();
	}

	bench(result) {
		const a = this.e.rv_alloc(BENCH_SIZE) >>> 0;

		put(this.e, a, result);
		this.e.rv_net_bench(this.n, a);
		this.e.rv_free(a);
		this.e.rv_net_benched(this.n, 1);
		return this.pump();
	}

	done({slot, run}, {head, values}) {
		const a = this.e.rv_net_done(this.n, slot, run, head.length) >>> 0;

		if (a === 0)
			return null;
		put(this.e, a, head);
		values.forEach((value, i) => {
			const v = this.e.rv_net_value(this.n, i) >>> 0;
			if (v !== 0)
				put(this.e, v, value);
		});
		this.e.rv_net_done_end(this.n, 1000, 2000, 1);
		return this.pump();
	}
}

/** A compute worker's side: runs a job whole, in steps of budget. */
function compute(job, budget) {
	const e = make();
	const j = e.rv_job_new() >>> 0;
	const a = e.rv_job_load(j, job.length) >>> 0;
	let steps = 0;

	put(e, a, job);
	assert.equal(e.rv_job_start(j), 0);
	while (e.rv_job_step(j, budget))
		steps++;
	assert.equal(e.rv_job_done(j), e.rv_job_total(j));
	const h = e.rv_job_outcome(j) >>> 0;
	const head = bytes(e, h, e.rv_job_outcome_size(j));
	const n = words(e, h, 2)[1];
	const values = [];
	for (let i = 0; i < n; i++) {
		const [ptr, size] = words(e, h + 56 + 112 * i + 8, 2);
		values.push(bytes(e, ptr, size));
	}
	e.rv_job_clear(j);
	return {head, values, steps};
}

/** The native program's lines: name and bytes. */
function native() {
	const text = execFileSync(join(build, 'tests/js/native_group'),
		{encoding: 'utf8', maxBuffer: 1 << 24});

	return Object.fromEntries(text.trim().split('\n').map((line) => {
		const [name, hex] = line.split(' ');
		return [name, new Uint8Array(Buffer.from(hex, 'hex'))];
	}));
}

const benchmark = () => {
	const result = new Uint8Array(BENCH_SIZE);

	result[0] = 1;
	return result;
};

/** A participant that has been given the group; the RUN command. */
function assign(net, group) {
	assert.deepEqual(net.pump().map((c) => c.kind), [KIND.CONNECT, 8]);
	net.e.rv_net_opened(net.n, 1);
	assert.equal(net.pump()[0].kind, KIND.SEND);
	assert.ok(net.receive(group.welcome).some((c) => c.kind === KIND.BENCH));
	net.bench(benchmark());
	net.receive(group.assign);
	net.receive(group.put);
	const run = net.receive(group.part).find((c) => c.kind === KIND.RUN);
	assert.ok(run);
	return run;
}

test('imports nothing', () => {
	assert.deepEqual(WebAssembly.Module.imports(wasm), []);
	assert.equal(make().rv_abi(), 1);
});

test('computes the bits that native code does', () => {
	const group = native();

	for (const budget of [1e15, 1000]) {
		const net = new Net();
		const run = assign(net, group);
		const outcome = compute(run.job, budget);

		assert.ok(budget > 1000 || outcome.steps > 10);
		const sent = net.done(run, outcome)
			.find((c) => c.kind === KIND.SEND);
		assert.equal(Buffer.from(sent.data).toString('hex'),
			Buffer.from(group.result).toString('hex'));
	}
});

test('an outcome that nobody wants is dropped', () => {
	const net = new Net();
	const run = assign(net, native());

	net.e.rv_net_pause(net.n, 1, 1);
	assert.ok(net.pump().some((c) => c.kind === KIND.STOP));
	assert.equal(net.done(run, compute(run.job, 1e15)), null);
});

test('a stopped group leaves the next one alone', async () => {
	const net = new Net();
	const run = assign(net, native());
	const posted = [];
	const compute = new Compute({
		post: (message) => posted.push(message),
		breathe: () => new Promise((resolve) => setImmediate(resolve)),
	});
	const group = (n) => compute.receive({name: 'group', run: n,
		job: run.job.slice()});

	compute.receive({name: 'module', module: wasm});
	compute.budget = 1000;
	group(1);
	await new Promise((resolve) => setImmediate(resolve));
	compute.receive({name: 'stop', run: 1});
	group(2);
	compute.receive({name: 'stop', run: 2});
	group(3);
	await compute.turn;
	assert.deepEqual(posted.filter((m) => m.name !== 'progress')
		.map((m) => [m.name, m.run]),
		[['stopped', 1], ['stopped', 2], ['done', 3]]);
	assert.equal(posted.at(-1).head[0], 0);
});

test('a worker that died gives the group back', () => {
	const net = new Net();
	const run = assign(net, native());

	net.e.rv_net_failed(net.n, run.slot, run.run, 1);
	assert.ok(net.pump().some((c) => c.kind === KIND.SEND));
});

test('a job that is none is refused', () => {
	const e = make();
	const j = e.rv_job_new() >>> 0;

	for (const len of [0, 8, 24, 4096]) {
		const a = e.rv_job_load(j, len) >>> 0;
		put(e, a, new Uint8Array(len).fill(0xff));
		assert.notEqual(e.rv_job_start(j), 0);
		assert.equal(e.rv_job_step(j, 1), 0);
		e.rv_job_outcome(j);
	}
	assert.equal(e.rv_job_load(j, 0xfffffff0), 0);
	assert.notEqual(words(e, e.rv_job_outcome(j) >>> 0, 1)[0], 0);
});

test('the benchmark measures every class', () => {
	const e = make();
	const b = e.rv_bench_new(0) >>> 0;
	let more;

	/* A clock of its own: each step is said to take 20 ms. */
	do {
		more = e.rv_bench_step(b);
		e.rv_bench_timed(b, 20000);
	} while (more);
	const r = e.rv_bench_result(b) >>> 0;
	assert.equal(words(e, r, 1)[0], 10);
	const view = new DataView(e.memory.buffer);
	assert.ok(view.getFloat64(r + 8, true) > 0);
	assert.ok(view.getFloat64(r + 16, true) > 0);
	e.rv_bench_free(b);
});

test('the allocator keeps blocks apart and takes them back', () => {
	const e = make();
	const live = [];
	let seed = 1;
	const random = (n) => {
		seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
		return (seed >>> 8) % n;
	};
	const before = e.rv_memory_used();

	for (let k = 0; k < 50000; k++) {
		if (live.length > 200 || (live.length > 0 && random(2))) {
			const i = random(live.length);
			const [a, len, mark] = live[i];
			const u = new Uint8Array(e.memory.buffer, a, len);
			assert.ok(len === 0 || (u[0] === mark && u[len - 1] === mark));
			e.rv_free(a);
			live[i] = live[live.length - 1];
			live.pop();
			continue;
		}
		const len = random(10) ? random(300) : random(100000);
		const a = e.rv_alloc(len) >>> 0;
		assert.ok(a !== 0 && a % 16 === 0);
		new Uint8Array(e.memory.buffer, a, len).fill(k & 255);
		live.push([a, len, k & 255]);
	}
	live.forEach(([a]) => e.rv_free(a));
	assert.equal(e.rv_memory_used(), before);
	assert.ok(e.memory.buffer.byteLength < 4e6);
	/* What cannot be had is refused, and all stays as it was. */
	assert.equal(e.rv_alloc(0xffffff00), 0);
	assert.equal(e.rv_memory_used(), before);
});
