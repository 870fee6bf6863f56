import { useRef, useState } from 'preact/hooks'

import { Icon } from '../parts/Icon.tsx'
import { samples } from '../server.ts'
import { useWords } from '../words/words.ts'
import { droppedFiles, pickedFiles } from './dropped.ts'
import { addFiles } from './photos.ts'

export function DropZone({ isSmall }: { isSmall: boolean }) {
  const { say } = useWords()
  const [isOver, setOver] = useState(false)
  const [isDrawing, setDrawing] = useState(false)
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)

  const picked = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    if (currentTarget.files !== null) void addFiles(pickedFiles(currentTarget.files))
    currentTarget.value = ''
  }
  const drop = async (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    if (event.dataTransfer !== null) await addFiles(await droppedFiles(event.dataTransfer))
  }
  const draw = async () => {
    setDrawing(true)
    try {
      const drawn = await samples()
      void addFiles(drawn.map((file) => ({ key: `drawn/${file.name}`, file })))
    } finally {
      setDrawing(false)
    }
  }

  return (
    <div
      class={`drop ${isSmall ? 'small' : ''} ${isOver ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      <h1>{say('dropTitle')}</h1>
      <p>{say('dropHint')}</p>
      <div class="row">
        <button type="button" class="main" onClick={() => files.current?.click()}>
          <Icon name="upload" />
          {say('pickFiles')}
        </button>
        <button type="button" onClick={() => folder.current?.click()}>
          <Icon name="folder" />
          {say('pickFolder')}
        </button>
        <button type="button" class="quiet" disabled={isDrawing} onClick={() => void draw()}>
          <Icon name="spark" />
          {isDrawing ? say('drawing') : say('trySamples')}
        </button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-pick="files"
        aria-label={say('pickFiles')}
        onChange={picked}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        data-pick="folder"
        aria-label={say('pickFolder')}
        onChange={picked}
        {...{ webkitdirectory: true }}
      />
    </div>
  )
}
