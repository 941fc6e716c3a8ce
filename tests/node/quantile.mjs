/** The value below which the share `q` of all lies. */
export function quantile(values, q) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}
