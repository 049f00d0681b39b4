/** A run as its stream of events tells it, from the start to now. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useReducer } from 'react'
import type { EpochReport, Phrase, PlanSummary, RunState, TrainEvent } from './types'

/** Loss in the middle of an epoch; `at` counts epochs, so 2.5 is halfway through the third. */
export interface LossPoint {
  at: number
  loss: number
}

/** How fast it goes, and how long it takes at most; known from the first event on that tells it. */
export interface Pace {
  rowsPerSec: number
  leftSecs: number
}

export interface LiveRun {
  plan?: PlanSummary
  epochs: EpochReport[]
  losses: LossPoint[]
  progress?: Extract<TrainEvent, { kind: 'progress' }>
  pace?: Pace
  notes: Phrase[]
  ended?: { state: RunState; message: Phrase }
}

export const nothingYet: LiveRun = { epochs: [], losses: [], notes: [] }

/** What a stream can bring: an event, or its own beginning. */
type Heard = TrainEvent | { kind: 'restart' }

/** What is known after one more event; `restart` forgets all, because a new stream tells it from the start. */
export function follow(live: LiveRun, event: Heard): LiveRun {
  switch (event.kind) {
    case 'restart':
      return nothingYet
    case 'started': {
      // A round of its own begins with nothing; a resumed one with what its checkpoint holds.
      const epochs = live.epochs.filter(({ epoch }) => epoch <= event.resumed_epoch)
      const losses = live.losses.filter(({ at }) => at <= event.resumed_epoch)
      return { ...live, plan: event.plan, epochs, losses, progress: undefined, ended: undefined }
    }
    case 'progress': {
      const point = { at: event.epoch - 1 + event.step / Math.max(1, event.steps), loss: event.loss }
      const pace = { rowsPerSec: event.rows_per_sec, leftSecs: event.left_secs }
      return { ...live, progress: event, pace, losses: thinned([...live.losses, point]) }
    }
    case 'epoch': {
      const { kind: _, ...report } = event
      // A resumed run tells an epoch again; the later telling stands.
      const epochs = [...live.epochs.filter((earlier) => earlier.epoch < report.epoch), report]
      return { ...live, epochs, progress: undefined, pace: paceOf(epochs, live.plan) ?? live.pace }
    }
    case 'note':
      return { ...live, notes: [...live.notes, event.message] }
    case 'finished':
      return { ...live, progress: undefined, ended: { state: event.state, message: event.message } }
  }
}

/** The pace of the last epochs, for those too short to tell of their progress. */
function paceOf(epochs: EpochReport[], plan: PlanSummary | undefined): Pace | undefined {
  const last = epochs.slice(-5)
  const secs = last.reduce((sum, epoch) => sum + epoch.secs, 0) / last.length
  if (!plan || !(secs > 0)) return undefined
  return { rowsPerSec: plan.parts.train / secs, leftSecs: (plan.epochs - epochs.length) * secs }
}

/** Half the points where there are more than a curve can show. */
function thinned(points: LossPoint[]): LossPoint[] {
  return points.length <= 800 ? points : points.filter((_, index) => index % 2 === 1)
}

/** How long events are gathered before the page is drawn again; a replay brings thousands at once. */
const GATHER_MILLIS = 80

/** Follows a run while `enabled`; when it ends, the run and the lists are asked for again. */
export function useLiveRun(id: string, enabled: boolean): LiveRun {
  const [live, tell] = useReducer((before: LiveRun, heard: Heard[]) => heard.reduce(follow, before), nothingYet)
  const client = useQueryClient()

  useEffect(() => {
    if (!enabled) return
    const stream = new EventSource(`/api/v1/runs/${encodeURIComponent(id)}/events`)
    let heard: Heard[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const flush = () => {
      timer = undefined
      tell(heard)
      heard = []
    }
    const gather = (event: Heard) => {
      heard.push(event)
      timer ??= setTimeout(flush, GATHER_MILLIS)
    }
    // A stream that breaks is taken up by the browser behind the last event it heard.
    gather({ kind: 'restart' })
    const hear = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as TrainEvent
      gather(event)
      if (event.kind !== 'finished') return
      stream.close()
      for (const key of [['run', id], ['runs'], ['models'], ['project']]) {
        void client.invalidateQueries({ queryKey: key })
      }
    }
    stream.onmessage = hear
    return () => {
      clearTimeout(timer)
      stream.close()
    }
  }, [id, enabled, client])

  return live
}
