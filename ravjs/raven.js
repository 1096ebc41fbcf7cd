/**
 * Raven participants: the page's one setting, and the library.
 *
 *   import { participate } from 'http://localhost:9999/raven.js';
 *   const tab = await participate('http://localhost:9999', { slots: 1 });
 *   tab.listen((snapshot) => console.log(snapshot.groupsDone));
 *   await tab.leave();
 *
 * In a browser it needs the site listed in the server's `origins`; under Node
 * it needs the package `ws`.
 */

/**
 * The name results count for.  Empty: a random one, kept in local storage.
 * `?cid=NAME` in the page's address overrides it.
 */
export const CID = '';

export { participate } from './lib/participate.js';
