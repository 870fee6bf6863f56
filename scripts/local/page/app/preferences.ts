import { createStore } from './store.ts'

export type Language = 'en' | 'zh'
export type Theme = 'system' | 'light' | 'dark'

const LANGUAGE = 'language'
const THEME = 'theme'

function firstLanguage(): Language {
  const chosen = new URLSearchParams(location.search).get('lang') ?? remembered(LANGUAGE)
  if (chosen === 'en' || chosen === 'zh') return chosen
  const preferred = navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag))
  return preferred?.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

function firstTheme(): Theme {
  const chosen = remembered(THEME)
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

export const preferences = createStore<{ language: Language; theme: Theme }>({
  language: firstLanguage(),
  theme: firstTheme(),
})

export function showPreferences(): void {
  const { language, theme } = preferences.get()
  const root = document.documentElement
  root.lang = language === 'zh' ? 'zh-CN' : 'en'
  if (theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = theme
}

export function choose(change: Partial<{ language: Language; theme: Theme }>): void {
  preferences.set(change)
  if (change.language !== undefined) remember(LANGUAGE, change.language)
  if (change.theme !== undefined) remember(THEME, change.theme)
  showPreferences()
}

/** A browser may refuse to remember anything. */
function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // Then it is chosen anew next time.
  }
}
