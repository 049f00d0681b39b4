import { describe, expect, it } from 'vitest'
import { secsLeft } from './timeLeft'

const at = (epochs: number, secs: number) => ({ epochs, atMillis: secs * 1000 })

describe('the time left', () => {
  it.each([
    ['as the epochs came', at(10, 100), at(30, 110), 50, 10],
    ['with the pauses between epochs', at(0, 0), at(31, 4), 50_000, 6447.6],
    ['not before an epoch was watched', at(10, 0), at(10, 60), 50, undefined],
    ['not before a second was watched', at(0, 0), at(500, 0.2), 1000, undefined],
    ['and none after the last', at(0, 0), at(50, 10), 50, 0],
  ])('is told %s', (_, since, now, planned, left) => {
    if (left === undefined) expect(secsLeft(since, now, planned)).toBeUndefined()
    else expect(secsLeft(since, now, planned)).toBeCloseTo(left, 1)
  })
})
