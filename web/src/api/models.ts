/** Models: the list, one in full, deploying, rolling back, asking for predictions. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, server } from './client'
import type { ImageInput } from './types'

/** Asked again often enough that a deployment made in a terminal shows up. */
export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => answer(server.GET('/api/v1/models', { signal })),
    refetchInterval: 3_000,
  })
}

/** A version in full: the deployed one, else the newest, when none is named. */
export function useModel(name: string, version?: number) {
  return useQuery({
    queryKey: ['model', name, version],
    queryFn: ({ signal }) =>
      answer(server.GET('/api/v1/models/{name}', { params: { path: { name }, query: { version } }, signal })),
    placeholderData: (before) => (before?.model.name === name ? before : undefined),
    refetchInterval: 3_000,
  })
}

/** The address of a version's bundle as a zip. */
export function exportAddress(name: string, version: number): string {
  return `/api/v1/models/${encodeURIComponent(name)}/export/${version}`
}

export function useDeploy(name: string) {
  const refresh = useRefresh(name)
  return useMutation({
    mutationFn: (version: number) =>
      answer(server.POST('/api/v1/models/{name}/deploy', { params: { path: { name } }, body: { version } })),
    onSuccess: refresh,
  })
}

export function useRollback(name: string) {
  const refresh = useRefresh(name)
  return useMutation({
    mutationFn: () => answer(server.POST('/api/v1/models/{name}/rollback', { params: { path: { name } } })),
    onSuccess: refresh,
  })
}

export function predictRow(name: string, row: Record<string, unknown>, signal?: AbortSignal) {
  return answer(server.POST('/api/v1/models/{name}/predict', { params: { path: { name } }, body: { rows: [row] }, signal }))
}

/** With `preview` the answer has no id and is not logged. */
export function predictImage(name: string, image: ImageInput, preview = false, signal?: AbortSignal) {
  const body = { images: [image], preview }
  return answer(server.POST('/api/v1/models/{name}/predict', { params: { path: { name } }, body, signal }))
}

function useRefresh(name: string) {
  const client = useQueryClient()
  return () => {
    for (const key of [['models'], ['model', name], ['project'], ['monitor', name]]) {
      void client.invalidateQueries({ queryKey: key })
    }
  }
}
