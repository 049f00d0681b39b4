/** How a deployed model fares, and the truths sent back to it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { get, post } from './client'
import type { MonitorReport } from './types'

export function useMonitor(name: string) {
  return useQuery({
    queryKey: ['monitor', name],
    queryFn: ({ signal }) => get<MonitorReport>(`/api/v1/models/${encodeURIComponent(name)}/monitor`, signal),
    refetchInterval: 3_000,
  })
}

/** Tells the truth about an earlier prediction. */
export function useTruth(name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, label }: { id: string; label: string }) =>
      post<unknown>(`/api/v1/predictions/${encodeURIComponent(id)}/label`, { label }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['monitor', name] }),
  })
}
