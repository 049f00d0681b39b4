/** Questions about what people do. */
import { useQuery } from '@tanstack/react-query'
import { answer, server } from './client'
import type { FunnelSpec } from './types'

/** The answer to a funnel, of the events of the moment it was asked; no question, no answer. */
export function useFunnel(funnel: FunnelSpec | undefined) {
  return useQuery({
    queryKey: ['funnel', funnel],
    enabled: funnel !== undefined,
    queryFn: ({ signal }) => answer(server.POST('/api/v1/questions', { body: { kind: 'funnel', ...funnel! }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  })
}
