/** Problems sorted by the setting they speak of, so that each stands at its place in the form. */
import type { Problem } from '../../api/types'

/** The places of the form. */
export type Setting = 'steps' | 'window' | 'order' | 'period' | 'breakdown'

const SETTINGS: ReadonlySet<string> = new Set<Setting>(['steps', 'window', 'order', 'period', 'breakdown'])

/** Those of one step, by its position from 0. */
export function atStep(problems: Problem[], step: number): Problem[] {
  return problems.filter((problem) => stepOf(problem) === step)
}

/** Those of one setting; for `steps`, those of no single step that is shown. */
export function atSetting(problems: Problem[], setting: Setting, steps: number): Problem[] {
  return problems.filter((problem) => {
    const step = stepOf(problem)
    return path(problem)[0] === setting && (step === undefined || step >= steps)
  })
}

/** Those that speak of no place of the form. */
export function elsewhere(problems: Problem[]): Problem[] {
  return problems.filter((problem) => !SETTINGS.has(path(problem)[0] ?? ''))
}

function stepOf(problem: Problem): number | undefined {
  const [setting, position] = path(problem)
  return setting === 'steps' && position !== undefined && /^\d+$/.test(position) ? Number(position) : undefined
}

function path(problem: Problem): string[] {
  return (problem.place?.setting ?? '').split('.')
}
