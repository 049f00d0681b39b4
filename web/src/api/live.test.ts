import { describe, expect, it } from 'vitest'
import { follow, nothingYet } from './live'
import type { EpochReport, PlanSummary, TrainEvent } from './types'

const epoch = (number: number): TrainEvent => ({
  kind: 'epoch', epoch: number, learning_rate: 0.001, train_loss: 1 / number, validation_loss: 1 / number, metric: 'accuracy', best: true, secs: 1,
})
const progress = (number: number, step: number): TrainEvent => ({
  kind: 'progress', epoch: number, step, steps: 4, loss: 0.5, rows_per_sec: 100, left_secs: 9,
})
const told = (...events: Parameters<typeof follow>[1][]) => events.reduce(follow, nothingYet)
const numbers = (epochs: EpochReport[]) => epochs.map(({ epoch }) => epoch)

describe('a run that is followed', () => {
  it('grows by epochs, and by losses in the middle of them', () => {
    const live = told(progress(1, 2), epoch(1), progress(2, 1))
    expect(numbers(live.epochs)).toEqual([1])
    expect(live.losses.map(({ at }) => at)).toEqual([0.5, 1.25])
    expect(live.progress?.epoch).toBe(2)
  })

  it('starts over with a new stream', () => {
    const live = told(epoch(1), epoch(2), { kind: 'restart' }, epoch(1))
    expect(numbers(live.epochs)).toEqual([1])
  })

  it('believes the later telling of an epoch that a resumed run does again', () => {
    expect(numbers(told(epoch(1), epoch(2), epoch(3), epoch(2)).epochs)).toEqual([1, 2])
  })

  it('begins anew with each round, and after the checkpoint with a resumed one', () => {
    const plan = { epochs: 3, parts: { train: 500, validation: 0, test: 0 } } as PlanSummary
    const first: TrainEvent[] = [{ kind: 'started', plan, resumed_epoch: 0 }, progress(1, 2), epoch(1), progress(2, 2), epoch(2)]
    expect(told(...first, { kind: 'started', plan, resumed_epoch: 0 })).toMatchObject({ epochs: [], losses: [] })
    const resumed = told(...first, progress(3, 2), { kind: 'started', plan, resumed_epoch: 2 })
    expect(numbers(resumed.epochs)).toEqual([1, 2])
    expect(resumed.losses.map(({ at }) => at)).toEqual([0.5, 1.5])
    expect(resumed.progress).toBeUndefined()
  })

  it('keeps no more points than a curve can show', () => {
    const live = told(...Array.from({ length: 5000 }, (_, step) => progress(step, 1)))
    expect(live.losses.length).toBeLessThanOrEqual(800)
    expect(live.losses.at(-1)!.at).toBeGreaterThan(4990)
  })

  it('knows its pace from epochs too short to tell of their progress', () => {
    const plan = { epochs: 10, parts: { train: 500, validation: 0, test: 0 } } as PlanSummary
    const live = told({ kind: 'started', plan, resumed_epoch: 0 }, epoch(1), epoch(2))
    expect(live.pace).toEqual({ rowsPerSec: 500, leftSecs: 8 })
    expect(told({ kind: 'started', plan, resumed_epoch: 0 }, progress(1, 1)).pace).toEqual({ rowsPerSec: 100, leftSecs: 9 })
  })

  it('knows how it ended', () => {
    const message = { key: 'train.done', args: {}, en: 'done', zh: '完成' }
    const live = told(progress(1, 1), { kind: 'finished', state: 'finished', message })
    expect(live.ended).toEqual({ state: 'finished', message })
    expect(live.progress).toBeUndefined()
  })
})
