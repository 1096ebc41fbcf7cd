/**
 * Every message between the page, the net worker and the compute workers,
 * once: name: from, to, fields.  A message is an object whose `name` says which.
 * Fields marked * are transferred, not copied.
 *
 *   start     page > net       url, cid, secret, tab, slots, memory, kind, hidden
 *   pause     page > net       mode: 'now', 'after' or 'resume'
 *   slots     page > net       slots
 *   hidden    page > net       hidden
 *   leave     page > net
 *   snapshot  net > page       snapshot
 *
 *   module    net > compute    module (compiled wasm), budget
 *   measure   net > compute    together: all slots measure at once
 *   group     net > compute    key, program*, inputs*, limit
 *   measuring compute > net    stage, share
 *   measured  compute > net    record*
 *   progress  compute > net    key, done, total
 *   done      compute > net    key, code, args, exports*, errors, computeUs
 *
 * A compute worker has no stop message: it is terminated, which ends a group
 * at once whatever it is doing.
 */
export const PAGE = ['start', 'pause', 'slots', 'hidden', 'leave'];

/**
 * A worker's inbox: one handler a name; an unknown name is an error that the
 * sender's author should see.
 * @param {Record<string, (message: any) => void>} handlers
 * @returns {(message: any) => void}
 */
export function inbox(handlers) {
  return (message) => {
    const handler = handlers[message?.name];
    if (!handler) throw new Error(`no handler for message ${String(message?.name)}`);
    handler(message);
  };
}
