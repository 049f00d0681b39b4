/** Recipes: those of the project, a draft for a table and its target, and the check of a text. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { get, post } from './client'
import { useTongue } from '../language'
import type { CheckReport, RecipeDraft, RecipeSummary } from './types'

export function useRecipes() {
  return useQuery({
    queryKey: ['recipes'],
    queryFn: ({ signal }) => get<RecipeSummary[]>('/api/v1/recipes', signal),
  })
}

/** Writes a recipe for a table and its target, with its comments in the language shown. */
export function useDraft(table: string, target: string) {
  const client = useQueryClient()
  const tongue = useTongue()
  return useQuery({
    queryKey: ['draft', table, target, tongue],
    queryFn: async ({ signal }) => {
      const draft = await post<RecipeDraft>('/api/v1/recipes/draft', { table, target }, signal)
      client.setQueryData(['check', draft.recipe], draft.report)
      return draft
    },
    staleTime: Infinity,
  })
}

/** Checks a text against its data; the report before stays until the next is there. */
export function useCheck(recipe: string) {
  return useQuery({
    queryKey: ['check', recipe],
    queryFn: ({ signal }) => post<CheckReport>('/api/v1/recipes/check', { recipe }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
}
