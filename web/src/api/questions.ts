/** Questions about what people do. */
import { useQuery } from '@tanstack/react-query'
import { answer, server } from './client'
import { Failure } from './failure'
import type { Answered, FunnelReport, FunnelSpec } from './types'

/** An answer to a funnel. */
export type AnsweredFunnel = Omit<Answered, 'answer'> & { answer: FunnelReport }

/** The answer to a funnel, of the events of the moment it was asked; no question, no answer. */
export function useFunnel(funnel: FunnelSpec | undefined) {
  return useQuery({
    queryKey: ['funnel', funnel],
    enabled: funnel !== undefined,
    queryFn: async ({ signal }) =>
      ofFunnel(await answer(server.POST('/api/v1/questions', { body: { kind: 'funnel', ...funnel! }, signal }))),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** A file, as other clients may ask for, and another kind of answer are not what was asked. */
function ofFunnel(answered: Answered | string | number[]): AnsweredFunnel {
  if (typeof answered === 'string' || Array.isArray(answered) || answered.answer.kind !== 'funnel') {
    throw new Failure(-1, 'the server answered another question')
  }
  return { ...answered, answer: answered.answer }
}
