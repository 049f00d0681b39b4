/** Tables: the list, a profile, and the upload of a file that becomes one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, server } from './client'
import { Failure, failureFrom } from './failure'
import type { ImportReport } from './types'

export function useTables() {
  return useQuery({
    queryKey: ['tables'],
    queryFn: ({ signal }) => answer(server.GET('/api/v1/tables', { signal })),
  })
}

/** With a target, the findings name what gives it away; the profile before stays until the next is there. */
export function useProfile(table: string, target?: string) {
  return useQuery({
    queryKey: ['profile', table, target],
    queryFn: ({ signal }) =>
      answer(server.GET('/api/v1/tables/{name}/profile', { params: { path: { name: table }, query: { target } }, signal })),
    placeholderData: (before) => (before?.table === table ? before : undefined),
    staleTime: 60_000,
  })
}

export interface Upload {
  file: File
  /** Brings images of other sizes to the commonest one. */
  resize?: boolean
}

/** Sends a file; `onProgress` hears the share sent, 0 to 1. */
export function useUpload(onProgress: (share: number) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (sent: Upload) => upload(sent, onProgress),
    onSuccess: (report) => {
      // The table may have been another before: nothing that was said of it holds any more.
      const { name } = report.table
      client.removeQueries({ queryKey: ['profile', name] })
      client.removeQueries({ queryKey: ['draft', name] })
      client.removeQueries({ queryKey: ['check'] })
      client.setQueryData(['profile', name, undefined], report.profile)
      void client.invalidateQueries({ queryKey: ['tables'] })
      void client.invalidateQueries({ queryKey: ['project'] })
    },
  })
}

/** `fetch` does not tell how much of a body was sent; this does. */
function upload({ file, resize = false }: Upload, onProgress: (share: number) => void): Promise<ImportReport> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/v1/tables${resize ? '?resize=true' : ''}`)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('x-file-name', encodeURIComponent(file.name))
    request.responseType = 'json'
    request.upload.onprogress = (event) => onProgress(event.total > 0 ? event.loaded / event.total : 0)
    request.onerror = () => reject(new Failure(0, 'the server does not answer'))
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as ImportReport)
      else reject(failureFrom(request.status, request.response))
    }
    request.send(file)
  })
}
