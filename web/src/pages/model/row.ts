/** A row as it is typed into a form, and as it is sent. */
import type { InputField } from '../../api/types'

/** What stands in each field; an empty one is a missing value. */
export type Filled = Record<string, string>

/** A usual row: the median or the most frequent value of each column. */
export function usual(inputs: InputField[]): Filled {
  return Object.fromEntries(inputs.map((input) => [input.name, input.example ?? input.categories?.[0] ?? '']))
}

export function blank(inputs: InputField[]): Filled {
  return Object.fromEntries(inputs.map((input) => [input.name, '']))
}

/** Whether a column of numbers takes the text: a number, or nothing where it is missing. */
export function fitsNumber(text: string): boolean {
  return Number.isFinite(Number(text.trim()))
}

/** The row to send: numbers as numbers, yes and no as such, what is empty as missing, the rest as text. */
export function rowOf(inputs: InputField[], filled: Filled): Record<string, unknown> {
  return Object.fromEntries(inputs.map((input) => [input.name, valueOf(input, filled[input.name] ?? '')]))
}

function valueOf(input: InputField, text: string): unknown {
  const typed = text.trim()
  if (typed === '') return null
  if (input.kind === 'boolean' && (typed === 'true' || typed === 'false')) return typed === 'true'
  if (input.kind === 'number') {
    const number = Number(typed)
    // What is not a number goes as it was typed, so that the server can say what is wrong with it.
    return Number.isFinite(number) ? number : typed
  }
  return typed
}
