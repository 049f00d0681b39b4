/**
 * The model's answer to pixels that keep changing: asked a moment after each change, the newest question alone counts.
 * While the drawing grows the answers are previews; the one to the finished stroke is logged.
 */
import { useEffect, useState } from 'react'
import { predictImage } from '../../api/models'
import type { PredictResponse } from '../../api/types'

/** Long enough to skip most of a stroke, short enough to feel live. */
const PAUSE_MILLIS = 70

export interface LiveAnswer {
  response?: PredictResponse
  error?: Error
}

export function useLiveAnswer(name: string, pixels: Float32Array | undefined, growing: boolean): LiveAnswer {
  const [answer, setAnswer] = useState<LiveAnswer>({})

  useEffect(() => {
    if (!pixels) {
      setAnswer({})
      return
    }
    const question = new AbortController()
    const timer = setTimeout(() => {
      predictImage(name, { pixels: [...pixels] }, growing, question.signal).then(
        (response) => setAnswer({ response }),
        (error: Error) => {
          if (!question.signal.aborted) setAnswer({ error })
        },
      )
    }, PAUSE_MILLIS)
    return () => {
      clearTimeout(timer)
      question.abort()
    }
  }, [name, pixels, growing])

  return answer
}
