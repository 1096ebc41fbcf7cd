/**
 * What the page shows: one plain object, made by the session four times a
 * second and posted whole.
 *
 * @typedef {object} Work
 * @property {number} slot
 * @property {number} graph
 * @property {string} graphName
 * @property {number} group
 * @property {number} ops
 * @property {number} done   cost units
 * @property {number} total  cost units
 *
 * @typedef {object} Figure
 * @property {string} name
 * @property {number} value
 * @property {string} unit
 *
 * @typedef {object} Snapshot
 * @property {'idle' | 'connecting' | 'online' | 'offline' | 'refused'} connection
 * @property {string} reason                why the connection is as it is
 * @property {'idle' | 'joining' | 'benchmarking' | 'waiting' | 'computing' | 'pausing' | 'paused' | 'offline'} phase
 * @property {{code: string, text: string} | null} refusal
 * @property {string} cid
 * @property {string} stage                 of the benchmark
 * @property {number} stageShare            0..1
 * @property {Figure[]} figures
 * @property {number} memory                bytes lent
 * @property {number} rttSeconds            0: not known
 * @property {number} slots
 * @property {Work[]} work
 * @property {number} groupsDone
 * @property {number} opsDone
 * @property {number} workDone              FLOP
 * @property {number} speed                 FLOP/s over ten seconds
 * @property {number} bytesIn
 * @property {number} bytesOut
 * @property {number} computeSeconds
 * @property {number} onlineSeconds
 * @property {number[]} history             FLOP/s, one a second
 * @property {number} historyTicks          counts the seconds
 * @property {{at: number, text: string}[]} log
 * @property {number} logCount
 */

/** @returns {Snapshot} */
export function emptySnapshot() {
  return {
    connection: 'idle', reason: '', phase: 'idle', refusal: null, cid: '',
    stage: '', stageShare: 0, figures: [], memory: 0, rttSeconds: 0, slots: 0,
    work: [], groupsDone: 0, opsDone: 0, workDone: 0, speed: 0,
    bytesIn: 0, bytesOut: 0, computeSeconds: 0, onlineSeconds: 0,
    history: [], historyTicks: 0, log: [], logCount: 0,
  };
}
