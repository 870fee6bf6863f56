// The smallest Next.js application there is, for its image optimizer alone. What is set only lets it be asked: some qualities,
// any size, pictures of this machine. Everything that decides how pictures look is as Next.js ships it.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

export default {
  turbopack: { root: dirname(here) },
  images: {
    formats: ['image/avif', 'image/webp'],
    // At most 20: those of the curves, and every even one where pictures look as good as ours.
    qualities: [55, 75, 85, 95, ...Array.from({ length: 16 }, (_, i) => 70 + 2 * i)],
    remotePatterns: [{ protocol: 'http', hostname: '127.0.0.1' }],
    dangerouslyAllowLocalIP: true,
  },
}
