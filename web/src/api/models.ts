/** Models: the list, one in full, deploying, rolling back, asking for predictions. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { get, post } from './client'
import type { DeploymentReport, ImageInput, ModelDetail, ModelSummary, PredictResponse } from './types'

const address = (name: string) => `/api/v1/models/${encodeURIComponent(name)}`

/** Asked again often enough that a deployment made in a terminal shows up. */
export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => get<ModelSummary[]>('/api/v1/models', signal),
    refetchInterval: 3_000,
  })
}

export function useModel(name: string) {
  return useQuery({
    queryKey: ['model', name],
    queryFn: ({ signal }) => get<ModelDetail>(address(name), signal),
    refetchInterval: 3_000,
  })
}

/** The address of a version's bundle as a zip. */
export function exportAddress(name: string, version: number): string {
  return `${address(name)}/export/${version}`
}

export function useDeploy(name: string) {
  const refresh = useRefresh(name)
  return useMutation({
    mutationFn: (version: number) => post<DeploymentReport>(`${address(name)}/deploy`, { version }),
    onSuccess: refresh,
  })
}

export function useRollback(name: string) {
  const refresh = useRefresh(name)
  return useMutation({
    mutationFn: () => post<DeploymentReport>(`${address(name)}/rollback`),
    onSuccess: refresh,
  })
}

export function predictRow(name: string, row: Record<string, unknown>, signal?: AbortSignal) {
  return post<PredictResponse>(`${address(name)}/predict`, { rows: [row] }, signal)
}

export function predictImage(name: string, image: ImageInput, signal?: AbortSignal) {
  return post<PredictResponse>(`${address(name)}/predict`, { images: [image] }, signal)
}

function useRefresh(name: string) {
  const client = useQueryClient()
  return () => {
    for (const key of [['models'], ['model', name], ['project'], ['monitor', name]]) {
      void client.invalidateQueries({ queryKey: key })
    }
  }
}
