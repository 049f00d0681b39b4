/** How a deployed model fares, and the truths sent back to it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, server } from './client'

export function useMonitor(name: string) {
  return useQuery({
    queryKey: ['monitor', name],
    queryFn: ({ signal }) => answer(server.GET('/api/v1/models/{name}/monitor', { params: { path: { name } }, signal })),
    refetchInterval: 3_000,
  })
}

/** Tells the truth about an earlier prediction. */
export function useTruth(name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, label }: { id: string; label: string }) =>
      answer(server.POST('/api/v1/predictions/{id}/label', { params: { path: { id } }, body: { label } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['monitor', name] }),
  })
}
