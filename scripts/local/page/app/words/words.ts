import { preferences, type Language } from '../preferences.ts'
import { useStore } from '../store.ts'
import { en, type Words } from './en.ts'
import { fill } from './fill.ts'
import { zh } from './zh.ts'

const ALL: Record<Language, Words> = { en, zh }

export type Say = (name: keyof Words, values?: Readonly<Record<string, string | number>>) => string

/** The texts of the chosen language. */
export function useWords(): { say: Say; language: Language } {
  const { language } = useStore(preferences)
  return { language, say: (name, values) => fill(ALL[language][name], values ?? {}) }
}
