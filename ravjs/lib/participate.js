/**
 * The library: starts a participant, in a page or under Node.
 */
import { identity, memoryKeep } from './identity.js';
import { emptySnapshot } from './snapshot.js';
import { Store } from './store.js';

const MEMORY = 256 * 1024 * 1024;

/**
 * @typedef {object} ParticipateOptions
 * @property {string} [cid]      empty: a random one, kept with `local`
 * @property {number} [slots]    groups at a time; default 1
 * @property {number} [memory]   bytes; default 256 MiB
 * @property {boolean} [hidden]  the page is not visible
 * @property {import('./identity.js').Keep} [local]    outlives the tab
 * @property {import('./identity.js').Keep} [session]  lives with the tab
 * @property {any} [WebSocket]   under Node: the class of the package `ws`
 *
 * What a page's or Node's end of a session offers.
 * @typedef {object} Link
 * @property {(message: {name: string} & Record<string, any>) => void} tell
 * @property {() => Promise<void>} leave
 */

/** A running participant. */
export class Participant {
  /** @param {Store<import('./snapshot.js').Snapshot>} store */
  constructor(store) {
    this.store = store;
    /** @type {Link | null} */
    this.link = null;
  }

  /**
   * Calls back with the snapshot, at once and four times a second.
   * @param {(snapshot: import('./snapshot.js').Snapshot) => void} listener
   * @returns {() => void} stops listening
   */
  listen(listener) {
    return this.store.listen(listener);
  }

  /** @param {'now' | 'after' | 'resume'} mode */
  pause(mode) {
    this.link?.tell({ name: 'pause', mode });
  }

  /** @param {number} slots  how many groups at a time */
  setSlots(slots) {
    this.link?.tell({ name: 'slots', slots });
  }

  /** @param {boolean} hidden  whether the page is out of sight */
  setHidden(hidden) {
    this.link?.tell({ name: 'hidden', hidden });
  }

  /** Hands open work back and disconnects. */
  async leave() {
    const { link } = this;
    this.link = null;
    await link?.leave();
  }
}

/**
 * Joins the server at `url` and computes until `leave`.
 * @param {string} url
 * @param {ParticipateOptions} [options]
 * @returns {Promise<Participant>}
 * @throws {Error} if raven.wasm cannot be loaded, naming the address
 */
export async function participate(url, options = {}) {
  const store = new Store(emptySnapshot());
  const participant = new Participant(store);
  const inPage = typeof window !== 'undefined';
  const { open } = inPage ? await import('./page_link.js') : await import('./node_link.js');
  const who = identity(options.cid ?? '', options.local ?? memoryKeep(), options.session ?? memoryKeep());
  const start = {
    url, ...who, slots: options.slots ?? 1, memory: options.memory ?? MEMORY, hidden: options.hidden ?? false,
  };
  participant.link = await open(start, store, options);
  return participant;
}
