/** Runs: the list, one in full, starting and stopping. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, server } from './client'

/** Asked again often enough that a run started in a terminal shows up at once. */
export function useRuns() {
  return useQuery({
    queryKey: ['runs'],
    queryFn: ({ signal }) => answer(server.GET('/api/v1/runs', { signal })),
    refetchInterval: 2_000,
  })
}

export function useRun(id: string, enabled = true) {
  return useQuery({
    queryKey: ['run', id],
    enabled,
    queryFn: ({ signal }) => answer(server.GET('/api/v1/runs/{id}', { params: { path: { id } }, signal })),
    // The curves come through the stream of events; this only notices an end that the stream missed.
    refetchInterval: (query) => (query.state.data?.summary.state === 'running' ? 5_000 : false),
  })
}

export function useComparison(ids: string[]) {
  return useQuery({
    queryKey: ['comparison', ...ids],
    queryFn: ({ signal }) =>
      answer(server.GET('/api/v1/runs/compare', { params: { query: { ids: ids.join(',') } }, signal })),
  })
}

export function useTrain() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (recipe: string) => answer(server.POST('/api/v1/runs', { body: { recipe } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['runs'] }),
  })
}

export function useStop(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(server.POST('/api/v1/runs/{id}/stop', { params: { path: { id } } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['run', id] }),
  })
}
