// The smallest Next.js application there is, for its image optimizer alone. What is set only lets it be asked: some qualities,
// any size, pictures of this machine. Everything that decides how pictures look is as Next.js ships it.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

export default {
  turbopack: { root: dirname(here) },
  images: {
    formats: ['image/avif', 'image/webp'],
    qualities: [40, 55, 70, 75, 85, 95],
    remotePatterns: [{ protocol: 'http', hostname: '127.0.0.1' }],
    dangerouslyAllowLocalIP: true,
  },
}
