/**
 * raven.wasm as JavaScript sees it: addresses, views and text.  The ABI is
 * described in worker/wasm.h; nothing here knows what a message is.
 */

export const ABI = 1;

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** @typedef {Record<string, (...args: number[]) => number>} Calls */

/** One instance and its memory. */
export class Module {
  /** @param {WebAssembly.Instance} instance */
  constructor(instance) {
    const { memory, ...calls } = instance.exports;
    this.memory = /** @type {WebAssembly.Memory} */ (memory);
    this.call = /** @type {Calls} */ (/** @type {unknown} */ (calls));
    const abi = this.call.rv_abi();
    if (abi !== ABI) throw new Error(`raven.wasm speaks version ${abi} of its interface, this page ${ABI}: reload the page`);
  }

  /** @param {WebAssembly.Module} module */
  static async start(module) {
    return new Module(await WebAssembly.instantiate(module, {}));
  }

  /** A fresh view: any call may have grown the memory. */
  view() {
    return new DataView(this.memory.buffer);
  }

  /**
   * @param {number} address
   * @param {number} length
   * @returns {Uint8Array} borrowed until the next call
   */
  bytes(address, length) {
    return new Uint8Array(this.memory.buffer, address >>> 0, length);
  }

  /**
   * @param {number} address
   * @param {number} [length]  without it, up to the NUL
   */
  string(address, length) {
    const all = new Uint8Array(this.memory.buffer, address >>> 0, length);
    const end = length === undefined ? all.indexOf(0) : length;
    return text.decode(all.slice(0, end));
  }

  /**
   * Text of at most `room` bytes that ends with NUL, inside a struct.
   * @param {number} address
   * @param {number} room
   */
  field(address, room) {
    const all = this.bytes(address, room);
    const end = all.indexOf(0);
    return text.decode(all.slice(0, end < 0 ? room : end));
  }

  /**
   * Copies bytes in for the time of one use.
   * @param {Uint8Array} data
   * @param {(address: number) => void} use
   */
  lend(data, use) {
    const address = this.call.rv_alloc(data.length);
    if (!address) throw new Error('raven.wasm has no memory left');
    this.bytes(address, data.length).set(data);
    use(address);
    this.call.rv_free(address);
  }

  /**
   * @param {string} value
   * @param {(address: number, length: number) => void} use
   */
  lendText(value, use) {
    const data = utf8.encode(value);
    this.lend(data, (address) => use(address, data.length));
  }
}

/** @param {string} hex */
export function fromHex(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
