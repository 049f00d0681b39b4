/** How long a run still takes, from how fast its epochs came while it was watched: their pauses count too. */

/** How many epochs were done at a moment. */
export interface Seen {
  epochs: number
  atMillis: number
}

/** Seconds to the last planned epoch; nothing before an epoch and a second were watched. */
export function secsLeft(since: Seen, now: Seen, planned: number): number | undefined {
  const done = now.epochs - since.epochs
  const secs = (now.atMillis - since.atMillis) / 1000
  if (done < 1 || secs < 1) return undefined
  return Math.max(0, planned - now.epochs) * (secs / done)
}
