/** Recipes: those of the project, a draft for a table and its target, and the check of a text. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, server } from './client'
import { useTongue } from '../language'

export function useRecipes() {
  return useQuery({
    queryKey: ['recipes'],
    queryFn: ({ signal }) => answer(server.GET('/api/v1/recipes', { signal })),
  })
}

/** Writes a recipe for a table and its target, with its comments in the language shown. */
export function useDraft(table: string, target: string) {
  const client = useQueryClient()
  const tongue = useTongue()
  return useQuery({
    queryKey: ['draft', table, target, tongue],
    queryFn: async ({ signal }) => {
      const draft = await answer(server.POST('/api/v1/recipes/draft', { body: { table, target }, signal }))
      client.setQueryData(['check', draft.recipe], draft.report)
      return draft
    },
    placeholderData: (before, query) => (query?.queryKey[1] === table && query.queryKey[2] === target ? before : undefined),
    staleTime: Infinity,
  })
}

/** Checks a text against its data; the report before stays until the next is there. */
export function useCheck(recipe: string) {
  return useQuery({
    queryKey: ['check', recipe],
    queryFn: ({ signal }) => answer(server.POST('/api/v1/recipes/check', { body: { recipe }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
}
