/** The project as a whole: its name, its counts, what to do next. */
import { useQuery } from '@tanstack/react-query'
import { get } from './client'
import type { ProjectReport } from './types'

export function useProject() {
  return useQuery({
    queryKey: ['project'],
    queryFn: ({ signal }) => get<ProjectReport>('/api/v1/project', signal),
    refetchInterval: 5_000,
  })
}
