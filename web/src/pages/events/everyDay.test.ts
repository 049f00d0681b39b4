import { describe, expect, it } from 'vitest'
import type { EventSummary } from '../../api/types'
import { everyDay, lastDay } from './everyDay'

const NOW = Date.parse('2026-03-02T08:00:00Z')
const event = (...days: string[]): EventSummary => ({
  event: 'pay',
  count: days.length,
  first_seen: '',
  last_seen: '',
  derived_ids: 0,
  without_ids: 0,
  violations: 0,
  days: days.map((day) => ({ day, count: 1 })),
  senders: [],
})

describe('the days', () => {
  it.each([
    ['the last that has any', ['2026-02-01', '2026-02-20'], '2026-02-20'],
    ['the last that is over where some are yet to come', ['2026-02-01', '3000-01-01'], '2026-02-01'],
    ['today where there are none', [], '2026-03-02'],
  ])('end with %s', (_, days, expected) => expect(lastDay([event(...days)], NOW)).toBe(expected))

  it('are told without a gap, across a month', () => {
    expect(everyDay([{ day: '2026-02-27', count: 4 }, { day: '2026-03-01', count: 2 }, { day: '2025-01-01', count: 9 }], '2026-03-01', 4)).toEqual([
      { day: '2026-02-26', count: 0 },
      { day: '2026-02-27', count: 4 },
      { day: '2026-02-28', count: 0 },
      { day: '2026-03-01', count: 2 },
    ])
  })
})
