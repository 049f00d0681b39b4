/** The two languages of the page: which one is shown, remembered, and how a server's phrase is read in it. */
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Phrase } from '../api/types'
import { en, type PageWords, zh } from './words'

export type Tongue = 'en' | 'zh'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'page'
    resources: { page: PageWords }
  }
}

const MEMORY = 'flywheel.language'

/** The language that a tag such as `zh-CN` or `en-GB` asks for. */
export function tongueOf(tag: string): Tongue {
  return tag.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export function startLanguage() {
  void i18next.use(initReactI18next).init({
    resources: { en: { page: en }, zh: { page: zh } },
    defaultNS: 'page',
    lng: remembered() ?? tongueOf(navigator.language),
    fallbackLng: false,
    interpolation: { escapeValue: false },
  })
  document.documentElement.lang = tag(i18next.language as Tongue)
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = tag(language as Tongue)
  })
}

/** Shows a language and remembers it. */
export function choose(tongue: Tongue) {
  localStorage.setItem(MEMORY, tongue)
  void i18next.changeLanguage(tongue)
}

/** Shows the project's language unless the person has chosen one. */
export function preferProject(tag: string | undefined | null) {
  if (!tag || remembered() !== undefined || tongueOf(tag) === i18next.language) return
  void i18next.changeLanguage(tongueOf(tag))
}

export function useTongue(): Tongue {
  return useTranslation().i18n.language as Tongue
}

/** Reads a server's phrase in the language shown. */
export function useSay(): (phrase: Phrase) => string {
  const tongue = useTongue()
  return (phrase) => phrase[tongue]
}

function remembered(): Tongue | undefined {
  const tongue = localStorage.getItem(MEMORY)
  return tongue === 'en' || tongue === 'zh' ? tongue : undefined
}

function tag(tongue: Tongue): string {
  return tongue === 'zh' ? 'zh-CN' : 'en'
}
