import { Icon, type IconName } from './parts/Icon.tsx'
import { addressOf, type View, VIEWS } from './navigation.ts'
import { choose, preferences, type Theme } from './preferences.ts'
import { useStore } from './store.ts'
import { useWords } from './words/words.ts'

const ICON_OF: Record<View, IconName> = { photos: 'photos', build: 'build', buckets: 'buckets', faults: 'faults' }
const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }

export function Header({ view }: { view: View }) {
  const { say, language } = useWords()
  const { theme } = useStore(preferences)
  const themeWords = { system: say('themeSystem'), light: say('themeLight'), dark: say('themeDark') }[theme]
  return (
    <header class="top">
      <div class="top-inner">
        <a class="brand" href={addressOf('photos')}>
          <Icon name="mark" />
          <span>
            <strong>oss-image-origin</strong>
            <small>{say('tagline')}</small>
          </span>
        </a>
        <nav class="views" aria-label="oss-image-origin">
          {VIEWS.map((name) => (
            <a key={name} href={addressOf(name)} aria-current={name === view ? 'page' : undefined}>
              <Icon name={ICON_OF[name]} />
              {say(name)}
            </a>
          ))}
        </nav>
        <div class="choices">
          <button
            type="button"
            class="quiet"
            lang={language === 'zh' ? 'en' : 'zh-CN'}
            onClick={() => choose({ language: language === 'zh' ? 'en' : 'zh' })}
          >
            {say('language')}
          </button>
          <button
            type="button"
            class="quiet icon-only"
            aria-label={`${say('theme')}: ${themeWords}`}
            title={`${say('theme')}: ${themeWords}`}
            onClick={() => choose({ theme: NEXT_THEME[theme] })}
          >
            <Icon name={theme === 'system' ? 'system' : theme === 'light' ? 'sun' : 'moon'} />
          </button>
        </div>
      </div>
    </header>
  )
}
