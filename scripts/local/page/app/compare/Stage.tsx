import 'img-comparison-slider'
import { useEffect, useRef, useState } from 'preact/hooks'

import type { Pixels } from '../photos/size-of.ts'
import { useWords } from '../words/words.ts'
import { type Look, moved, placed } from './view.ts'

interface StageFacts {
  before: string
  after: string
  /** Of the original; the other is shown at the same size. */
  size: Pixels
  afterSize: Pixels
  look: Look
  onLook: (change: (now: Look) => Look) => void
}

/** How far a key moves the picture, in CSS pixels. */
const KEY_STEP = 80
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [KEY_STEP, 0],
  ArrowRight: [-KEY_STEP, 0],
  ArrowUp: [0, KEY_STEP],
  ArrowDown: [0, -KEY_STEP],
}

interface Slider extends HTMLElement {
  value: number
  handle: boolean
}

/** Two pictures on top of each other, and the slider between them. Close up, only the handle slides; the rest moves. */
export function Stage({ before, after, size, afterSize, look, onLook }: StageFacts) {
  const { say } = useWords()
  const box = useRef<HTMLDivElement>(null)
  const slider = useRef<Slider>(null)
  const [room, setRoom] = useState<Pixels>({ width: 1, height: 1 })
  const [exposed, setExposed] = useState(50)
  const dots = devicePixelRatio
  const at = placed(look, size, room, dots)
  const isClose = look.zoom !== 'fit'

  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setRoom({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    const element = slider.current
    if (element === null) return undefined
    const slid = () => setExposed(Math.round(element.value))
    element.addEventListener('slide', slid)
    element.focus()
    return () => element.removeEventListener('slide', slid)
  }, [])
  useEffect(() => {
    if (slider.current !== null) slider.current.handle = isClose
  }, [isClose])

  const move = (dx: number, dy: number) => onLook((now) => moved(now, size, room, dots, dx, dy))
  const keyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key]
    if (arrow !== undefined && (event.shiftKey || event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      // Before the slider sees it, which would slide.
      event.stopPropagation()
      event.preventDefault()
      move(...arrow)
    } else if ((event.key === 'Home' || event.key === 'End') && slider.current !== null) {
      event.preventDefault()
      slider.current.value = event.key === 'Home' ? 0 : 100
      setExposed(slider.current.value)
    }
  }
  const pointerDown = (event: PointerEvent) => {
    if (!isClose || event.button !== 0 || isHandle(event)) return
    const element = event.currentTarget as HTMLElement
    element.setPointerCapture(event.pointerId)
    const onMove = ({ movementX, movementY }: PointerEvent) => move(movementX, movementY)
    const end = () => element.removeEventListener('pointermove', onMove)
    element.addEventListener('pointermove', onMove)
    element.addEventListener('lostpointercapture', end, { once: true })
  }
  const isHandle = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect()
    return Math.abs(event.clientX - left - (width * exposed) / 100) < 28
  }
  const frame = {
    width: `${at.width}px`,
    height: `${at.height}px`,
    transform: `translate(${at.left}px, ${at.top}px)`,
  }

  return (
    <div
      ref={box}
      class={`stage ${isClose ? 'close' : ''} ${look.zoom === 4 || look.zoom === 2 ? 'dots' : ''}`}
      onKeyDownCapture={keyDown}
      onPointerDown={pointerDown}
      data-left={Math.round(at.left)}
      data-top={Math.round(at.top)}
      data-width={Math.round(at.width)}
    >
      <img-comparison-slider
        ref={slider}
        role="slider"
        aria-label={say('sliderLabel')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={exposed}
        tabIndex={0}
      >
        <div slot="first" class="layer">
          <img src={before} alt="" draggable={false} style={frame} />
        </div>
        <div slot="second" class="layer">
          <img src={after} alt="" draggable={false} style={frame} data-own={`${afterSize.width}x${afterSize.height}`} />
        </div>
      </img-comparison-slider>
      <span class="side left">{say('before')}</span>
      <span class="side right">{say('after')}</span>
    </div>
  )
}
