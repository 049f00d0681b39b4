import { describe, expect, it } from 'vitest'
import type { Problem } from '../../api/types'
import { atSetting, atStep, elsewhere, placed, type Setting } from './settings'

const at = (setting?: string): Problem => ({
  code: setting ?? 'none',
  severity: 'error',
  message: { key: 'k', en: 'e', zh: 'z' },
  ...(setting !== undefined && { place: { setting } }),
})
const codes = (problems: Problem[]) => problems.map((problem) => problem.code)

describe('problems of a question', () => {
  const problems = [at('steps'), at('steps.0.event'), at('steps.1'), at('steps.7.event'), at('window.count'), at('explain'), at()]

  it('stand at their step', () => {
    expect(codes(atStep(problems, 0))).toEqual(['steps.0.event'])
    expect(codes(atStep(problems, 1))).toEqual(['steps.1'])
  })

  it('of a step that is not shown stand with the steps', () => {
    expect(codes(atSetting(problems, 'steps', 2))).toEqual(['steps', 'steps.7.event'])
    expect(codes(atSetting(problems, 'window', 2))).toEqual(['window.count'])
  })

  it('are each shown exactly once', () => {
    const places: Setting[] = ['steps', 'window', 'order', 'period', 'breakdown']
    const shown = [
      ...[0, 1].flatMap((step) => atStep(problems, step)),
      ...places.flatMap((setting) => atSetting(problems, setting, 2)),
      ...elsewhere(problems),
    ]
    expect(codes(shown).sort()).toEqual(codes(problems).sort())
  })

  it('that name an event stand at the step that asks for it', () => {
    const unknown: Problem = {
      code: 'ask.unknown_event',
      severity: 'warning',
      message: { key: 'ask.unknown_event', args: { event: 'payy' }, en: 'e', zh: 'z' },
      place: {},
    }
    const funnel = { steps: [{ event: 'sign up' }, { event: 'payy' }] }
    expect(atStep(placed([unknown], funnel), 1)).toHaveLength(1)
    expect(elsewhere(placed([unknown], { steps: [{ event: 'a' }] }))).toEqual([unknown])
  })
})
