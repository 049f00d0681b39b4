/** Collected events: the catalogue, one in full, the newest, what was kept aside. */
import { useQuery } from '@tanstack/react-query'
import { answer, server } from './client'

/** Asked again while the page is looked at, so that what arrives shows up. */
export function useCatalogue() {
  return useQuery({
    queryKey: ['events'],
    queryFn: ({ signal }) => answer(server.GET('/api/v1/events', { signal })),
    refetchInterval: 2_000,
  })
}

export function useEvent(event: string) {
  return useQuery({
    queryKey: ['event', event],
    queryFn: ({ signal }) => answer(server.GET('/api/v1/events/detail', { params: { query: { event } }, signal })),
    refetchInterval: 4_000,
  })
}

/** The newest arrivals of one event since the server started. */
export function useNewest(event: string, limit: number) {
  return useQuery({
    queryKey: ['newest', event, limit],
    queryFn: ({ signal }) => answer(server.GET('/api/v1/events/newest', { params: { query: { event, limit } }, signal })),
    refetchInterval: 2_000,
  })
}

/** Every property that events carry, for choosing one. */
export function useProperties() {
  return useQuery({
    queryKey: ['properties'],
    queryFn: ({ signal }) => answer(server.GET('/api/v1/events/properties', { signal })),
    staleTime: 30_000,
  })
}

/** The arrivals that were kept aside, newest first; not asked for while there are none. */
export function useAsides(enabled: boolean) {
  return useQuery({
    queryKey: ['asides'],
    enabled,
    queryFn: ({ signal }) => answer(server.GET('/api/v1/events/aside', { signal })),
    refetchInterval: 5_000,
  })
}
