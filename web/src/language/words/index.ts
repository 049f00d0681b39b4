/** Every word of the page, English and Chinese beside each other; a new topic adds its line here. */
import { data } from './data'
import { events } from './events'
import { funnel } from './funnel'
import { home } from './home'
import { model } from './model'
import { monitor } from './monitor'
import { recipe } from './recipe'
import { report } from './report'
import { run } from './run'
import { shell } from './shell'

const words = { ...shell, ...home, ...events, ...funnel, ...data, ...recipe, ...run, ...report, ...model, ...monitor }

type Pair = readonly [en: string, zh: string]
type OneLanguage<Words> = { [Key in keyof Words]: Words[Key] extends Pair ? string : OneLanguage<Words[Key]> }

export type PageWords = OneLanguage<typeof words>

export const en = inLanguage(words, 0) as PageWords
export const zh = inLanguage(words, 1) as PageWords

function inLanguage(branch: object, language: 0 | 1): unknown {
  return Object.fromEntries(
    Object.entries(branch).map(([key, value]: [string, Pair | object]) => [
      key,
      isPair(value) ? value[language] : inLanguage(value, language),
    ]),
  )
}

function isPair(value: Pair | object): value is Pair {
  return Array.isArray(value)
}
