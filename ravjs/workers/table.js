/**
 * Every message between the page, the net worker and the compute workers,
 * once: name, from > to, fields.  A message is an object whose `name` says
 * which.  Fields marked * are transferred, not copied.
 *
 *   start      page > net      url, cid, secret, tab, slots, memory, kind, hidden
 *   pause      page > net      mode: 'now', 'after' or 'resume'
 *   slots      page > net      slots
 *   hidden     page > net      hidden
 *   leave      page > net
 *   snapshot   net > page      snapshot
 *   left       net > page      the goodbye is said
 *   failed     net > page      reason
 *
 *   module     net > compute   module
 *   measure    net > compute   which: 0 all stages, 1 those that compare slots
 *   group      net > compute   run, job*
 *   stop       net > compute   run
 *   measuring  compute > net   stage, share
 *   measured   compute > net   record*
 *   progress   compute > net   run, done, total
 *   stopped    compute > net   run
 *   done       compute > net   run, head*, values*, computeUs, wallUs
 */

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
