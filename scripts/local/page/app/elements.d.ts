import type { JSX } from 'preact'

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'img-comparison-slider': JSX.HTMLAttributes<HTMLElement>
    }
  }
}
