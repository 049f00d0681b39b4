/** Recipes: those of the project, a draft for a table and its target, and the check of a text. */
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { get, post } from './client'
import type { CheckReport, RecipeDraft, RecipeSummary } from './types'

export function useRecipes() {
  return useQuery({
    queryKey: ['recipes'],
    queryFn: ({ signal }) => get<RecipeSummary[]>('/api/v1/recipes', signal),
  })
}

/** Writes a recipe for a table and its target. */
export function useDraft(table: string, target: string | undefined) {
  return useQuery({
    queryKey: ['draft', table, target],
    enabled: target !== undefined,
    queryFn: ({ signal }) => post<RecipeDraft>('/api/v1/recipes/draft', { table, target }, signal),
    staleTime: Infinity,
  })
}

/** Checks a text against its data; the report before stays until the next is there. */
export function useCheck(recipe: string, enabled: boolean) {
  return useQuery({
    queryKey: ['check', recipe],
    enabled,
    queryFn: ({ signal }) => post<CheckReport>('/api/v1/recipes/check', { recipe }, signal),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
}

export function useCheckOnce() {
  return useMutation({ mutationFn: (recipe: string) => post<CheckReport>('/api/v1/recipes/check', { recipe }) })
}
