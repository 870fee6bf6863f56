import { render } from 'preact'

import { App } from './App.tsx'
import { refreshLibrary } from './library.ts'
import { showPreferences } from './preferences.ts'

showPreferences()
void refreshLibrary()
const root = document.querySelector('#app')
if (root !== null) render(<App />, root)
