import type { PickedFile } from './photos.ts'

/** Files of an <input>; those of a folder keep their path in it. */
export function pickedFiles(files: FileList): PickedFile[] {
  return [...files].filter(isWanted).map((file) => ({ key: file.webkitRelativePath || file.name, file }))
}

/** Files and folders that were dropped, folders with all that is in them. */
export async function droppedFiles(data: DataTransfer): Promise<PickedFile[]> {
  // Entries have to be taken before the first await: the list is empty afterwards.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (entries.length === 0) return pickedFiles(data.files)
  return (await Promise.all(entries.map(walk))).flat()
}

async function walk(entry: FileSystemEntry): Promise<PickedFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    return isWanted(file) ? [{ key: entry.fullPath.replace(/^\/+/, ''), file }] : []
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: PickedFile[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return found
    found.push(...(await Promise.all(some.map(walk))).flat())
  }
}

/** What systems put into folders without being asked. */
function isWanted({ name }: File): boolean {
  return name !== '.DS_Store' && name !== 'Thumbs.db' && name !== 'desktop.ini'
}
