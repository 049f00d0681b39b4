/** Problems sorted by the setting they speak of, so that each stands at its place in the form. */
import type { FunnelSpec, Problem } from '../../api/types'

/** The places of the form. */
export type Setting = 'steps' | 'window' | 'order' | 'period' | 'breakdown'

const SETTINGS: ReadonlySet<string> = new Set<Setting>(['steps', 'window', 'order', 'period', 'breakdown'])

/** An event that nobody has sent is named and not placed; it stands at the first step that asks for it. */
export function placed(problems: Problem[], funnel: FunnelSpec): Problem[] {
  return problems.map((problem) => {
    if (problem.code !== 'ask.unknown_event' || problem.place?.setting) return problem
    const step = funnel.steps.findIndex((one) => one.event === problem.message.args?.event)
    return step < 0 ? problem : { ...problem, place: { ...problem.place, setting: `steps.${step}.event` } }
  })
}

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
