import { describe, expect, it } from 'vitest'
import type { StepCount } from '../../api/types'
import { columns, drawn } from './drawing'

const step = (people: number, of_first: number | null, rest: Partial<StepCount> = {}): StepCount => ({
  label: `${people}`,
  optional: false,
  people,
  of_first,
  ...rest,
})

describe('a drawn funnel', () => {
  it('puts the interval of going on onto the whole', () => {
    const [first, second, third] = drawn([
      step(200, 1),
      step(100, 0.5, { low: 0.4, high: 0.6 }),
      step(50, 0.25, { low: 0.3, high: 0.7 }),
    ])
    expect(first).toMatchObject({ share: 1, left: 0 })
    expect(first!.interval).toBeUndefined()
    expect(second).toMatchObject({ share: 0.5, left: 100, interval: [0.4, 0.6] })
    expect(third).toMatchObject({ share: 0.25, left: 50 })
    expect(third!.interval![0]).toBeCloseTo(0.15)
    expect(third!.interval![1]).toBeCloseTo(0.35)
  })

  it('counts from the last step that may not be skipped', () => {
    const [, skipped, last] = drawn([step(100, 1), step(20, 0.2, { optional: true }), step(60, 0.6, { low: 0.5, high: 0.7 })])
    expect(skipped!.left).toBe(80)
    expect(last).toMatchObject({ left: 40, interval: [0.5, 0.7] })
  })

  it('draws nothing where nobody began', () => {
    expect(drawn([step(0, null), step(0, null)]).map(({ share }) => share)).toEqual([0, 0])
  })
})

describe('the columns of the time to convert', () => {
  it('reach to the end of the last', () => {
    const bins = [{ from_seconds: 10, people: 3 }, { from_seconds: 30, people: 0 }, { from_seconds: 50, people: 1 }]
    expect(columns(bins)).toEqual({ counts: [3, 0, 1], from: 10, to: 70 })
  })

  it('are none where nobody got there', () => expect(columns([]).counts).toEqual([]))
})
