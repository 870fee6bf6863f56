export interface Pixels {
  width: number
  height: number
}

/** Size of a picture as it shows, upright; undefined where the browser cannot show it. */
export async function sizeOf(picture: Blob | string): Promise<Pixels | undefined> {
  const address = typeof picture === 'string' ? picture : URL.createObjectURL(picture)
  const image = new Image()
  try {
    return await new Promise((resolve) => {
      image.addEventListener('load', () => resolve({ width: image.naturalWidth, height: image.naturalHeight }))
      image.addEventListener('error', () => resolve(undefined))
      image.src = address
    })
  } finally {
    if (typeof picture !== 'string') URL.revokeObjectURL(address)
  }
}
