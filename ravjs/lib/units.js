/** Numbers with units, for people. */

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/**
 * Three significant digits and a decimal prefix: 48.2 GFLOP/s.
 * @param {number} value
 * @param {string} unit
 */
export function metric(value, unit) {
  if (!Number.isFinite(value)) return 'not known';
  let step = 0;
  let scaled = value;
  while (Math.abs(scaled) >= 999.5 && step < PREFIXES.length - 1) {
    scaled /= 1000;
    step += 1;
  }
  const digits = scaled === 0 || Math.abs(scaled) >= 99.95 || (step === 0 && Number.isInteger(scaled))
    ? 0 : Math.abs(scaled) >= 9.995 ? 1 : 2;
  const space = unit || PREFIXES[step] ? ' ' : '';
  return `${scaled.toFixed(digits)}${space}${PREFIXES[step]}${unit}`;
}

/** @param {number} value */
export function count(value) {
  return Math.round(value).toLocaleString('en');
}

/** @param {number} bytes */
export function size(bytes) {
  return metric(bytes, 'B');
}

/**
 * @param {number} seconds
 * @returns {string} 850 ms, 12 s, 3 min 20 s, 2 h 5 min
 */
export function duration(seconds) {
  if (seconds > 0 && seconds < 0.01) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
