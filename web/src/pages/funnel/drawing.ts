/** Where the bars of a funnel end and where their intervals lie, all as shares of those who did the first step. */
import type { StepCount } from '../../api/types'

export interface DrawnStep {
  step: StepCount
  /** The bar's end, 0 to 1. */
  share: number
  /** The bar's end if the lower and upper end of the 95% interval of going on were true; absent for the first step. */
  interval?: [low: number, high: number]
  /** How many of the step before did not do this one. */
  left: number
}

export function drawn(steps: StepCount[]): DrawnStep[] {
  let before: StepCount | undefined
  return steps.map((step) => {
    const base = before?.of_first ?? 1
    const { low, high } = step
    const here: DrawnStep = {
      step,
      share: step.of_first ?? 0,
      left: before ? before.people - step.people : 0,
      ...(before && low != null && high != null && { interval: [base * low, base * high] }),
    }
    // A step that may be skipped is nobody's step before.
    if (!step.optional) before = step
    return here
  })
}

/** The time to convert in columns for a drawing: counts, and from and to where they reach, in seconds. */
export function columns(bins: { from_seconds: number; people: number }[]): { counts: number[]; from: number; to: number } {
  const width = bins.length > 1 ? bins[1]!.from_seconds - bins[0]!.from_seconds : 60
  return {
    counts: bins.map((bin) => bin.people),
    from: bins[0]?.from_seconds ?? 0,
    to: (bins.at(-1)?.from_seconds ?? 0) + width,
  }
}
