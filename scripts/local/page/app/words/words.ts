import { preferences, type Language } from '../preferences.ts'
import { useStore } from '../store.ts'
import { en, type Words } from './en.ts'
import { zh } from './zh.ts'

const ALL: Record<Language, Words> = { en, zh }

export type Say = (name: keyof Words, values?: Readonly<Record<string, string | number>>) => string

/** The texts of the chosen language. */
export function useWords(): { say: Say; language: Language } {
  const { language } = useStore(preferences)
  return { language, say: (name, values) => fill(ALL[language][name], values ?? {}) }
}

/** `{name}` replaced by its value. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
