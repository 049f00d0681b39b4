/** The project as a whole: its name, its counts, what to do next. */
import { useQuery } from '@tanstack/react-query'
import { answer, server } from './client'

export function useProject() {
  return useQuery({
    queryKey: ['project'],
    queryFn: ({ signal }) => answer(server.GET('/api/v1/project', { signal })),
    refetchInterval: 5_000,
  })
}
