/**
 * Who this participant is: a CID and its secret for the browser, a tab id for
 * this tab.  Ids come from getRandomValues, which also works without HTTPS.
 *
 * @typedef {object} Identity
 * @property {string} cid
 * @property {string} secret  hex; proves that the CID is ours
 * @property {string} tab
 *
 * @typedef {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} Keep
 */

/** @param {number} bytes */
export function randomHex(bytes) {
  const raw = globalThis.crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(raw, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** A storage for where there is none. @returns {Keep} */
export function memoryKeep() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
}

/**
 * @param {Keep} keep
 * @param {string} name
 * @param {() => string} make
 */
function remembered(keep, name, make) {
  const old = keep.getItem(name);
  if (old) return old;
  const fresh = make();
  keep.setItem(name, fresh);
  return fresh;
}

/**
 * @param {string} wanted   a CID that a person set; empty: the kept one
 * @param {Keep} local      outlives the tab
 * @param {Keep} session    lives with the tab
 * @returns {Identity}
 */
export function identity(wanted, local, session) {
  const cid = wanted || remembered(local, 'raven.cid', () => randomHex(8));
  return {
    cid,
    secret: remembered(local, `raven.secret.${cid}`, () => randomHex(16)),
    tab: remembered(session, 'raven.tab', () => randomHex(8)),
  };
}

/**
 * Forgets the kept CID, so that the next identity is a new one.
 * @param {Keep} local
 */
export function forgetIdentity(local) {
  local.removeItem('raven.cid');
}
