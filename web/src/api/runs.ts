/** Runs: the list, one in full, starting and stopping. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { get, post } from './client'
import type { RunComparison, RunDetail, RunSummary } from './types'

/** Asked again often enough that a run started in a terminal shows up at once. */
export function useRuns() {
  return useQuery({
    queryKey: ['runs'],
    queryFn: ({ signal }) => get<RunSummary[]>('/api/v1/runs', signal),
    refetchInterval: 2_000,
  })
}

export function useRun(id: string, enabled = true) {
  return useQuery({
    queryKey: ['run', id],
    enabled,
    queryFn: ({ signal }) => get<RunDetail>(`/api/v1/runs/${encodeURIComponent(id)}`, signal),
    // The curves come through the stream of events; this only notices an end that the stream missed.
    refetchInterval: (query) => (query.state.data?.summary.state === 'running' ? 5_000 : false),
  })
}

export function useComparison(ids: string[]) {
  return useQuery({
    queryKey: ['comparison', ...ids],
    queryFn: ({ signal }) =>
      get<RunComparison>(`/api/v1/runs/compare?ids=${ids.map(encodeURIComponent).join(',')}`, signal),
  })
}

export function useTrain() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (recipe: string) => post<RunSummary>('/api/v1/runs', { recipe }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['runs'] }),
  })
}

export function useStop(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => post<unknown>(`/api/v1/runs/${encodeURIComponent(id)}/stop`),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['run', id] }),
  })
}
