import { expect, it } from 'vitest'
import { everyHour } from './everyHour'

it('puts the empty hours back', () => {
  const hours = everyHour([
    { hour: '2026-01-01T08:00:00Z', count: 5 },
    { hour: '2026-01-01T11:00:00Z', count: 2 },
    { hour: '2026-01-01T12:00:00Z', count: 1 },
  ])
  expect(hours.map((hour) => hour.count)).toEqual([5, 0, 0, 2, 1])
  expect(hours[1]!.hour).toBe('2026-01-01T09:00:00.000Z')
})

it('leaves an empty list empty', () => {
  expect(everyHour([])).toEqual([])
})
