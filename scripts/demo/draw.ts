import sharp from 'sharp'

/**
 * A few pictures for `npm run demo` with nothing named, drawn anew each time: what people upload, without shipping files.
 * @returns name → bytes
 */
export async function drawPictures(): Promise<Map<string, Buffer>> {
  const sky = svg(
    1600,
    1200,
    `<defs>
       <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#0b2a6f"/><stop offset=".6" stop-color="#f0a060"/><stop offset="1" stop-color="#ffe0b0"/></linearGradient>
       <radialGradient id="sun"><stop stop-color="#fff8d0"/><stop offset="1" stop-color="#fff8d0" stop-opacity="0"/></radialGradient>
     </defs>
     <rect width="1600" height="1200" fill="url(#sky)"/><circle cx="1100" cy="640" r="300" fill="url(#sun)"/>
     ${hills(1600, 1200)}`,
  )
  // Film grain: a drawn gradient alone would compress far better than a photograph.
  const grain = await sharp({
    create: {
      width: 1600,
      height: 1200,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 12 },
    },
  })
    .png({ compressionLevel: 1 })
    .toBuffer()
  const landscape = await sharp(sky)
    .composite([{ input: grain, blend: 'soft-light' }])
    .toColourspace('srgb')
    .png({ compressionLevel: 1 })
    .toBuffer()
  const chart = svg(
    1000,
    600,
    `<rect width="1000" height="600" fill="#fff"/>
     ${Array.from({ length: 9 }, (_, i) => `<rect x="${60 + i * 100}" y="${500 - ((i * 137) % 400)}" width="70" height="${(i * 137) % 400}" fill="hsl(${i * 40} 80% 45%)"/>`).join('')}
     <path d="M40 20V520H960" fill="none" stroke="#222" stroke-width="3"/>`,
  )
  const badge = svg(
    600,
    600,
    `<circle cx="300" cy="300" r="260" fill="#d22" fill-opacity=".8"/><circle cx="300" cy="300" r="160" fill="#fff"/>`,
  )
  return new Map([
    ['landscape.jpg', await sharp(landscape).jpeg({ quality: 96, chromaSubsampling: '4:4:4' }).toBuffer()],
    [
      'phone-sideways.jpg',
      await sharp(landscape).rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 94 }).toBuffer(),
    ],
    ['landscape.webp', await sharp(landscape).webp({ quality: 98 }).toBuffer()],
    ['chart.png', await sharp(chart).png({ compressionLevel: 3 }).toBuffer()],
    ['transparent badge.png', await sharp(badge).png({ compressionLevel: 3 }).toBuffer()],
    ['turning.gif', await turning()],
    ['trip/山水 #1 + more.jpg', await sharp(landscape).resize(900).jpeg({ quality: 95 }).toBuffer()],
  ])
}

async function turning(): Promise<Buffer> {
  const frames = Array.from({ length: 12 }, (_, i) =>
    svg(
      200,
      200,
      `<rect width="200" height="200" fill="#eef"/><rect x="60" y="60" width="80" height="80" fill="#36c" transform="rotate(${i * 7.5} 100 100)"/>`,
    ),
  )
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: 80, loop: 0, effort: 1 })
    .toBuffer()
}

function hills(width: number, height: number): string {
  return [0, 1, 2, 3]
    .map((layer) => {
      const points = Array.from({ length: 33 }, (_, i) => {
        const y = height * (0.62 + layer * 0.09) + Math.sin(i * (0.7 + layer * 0.3) + layer * 2) * 60
        return `${(i * width) / 32},${y.toFixed(0)}`
      })
      return `<polygon points="0,${height} ${points.join(' ')} ${width},${height}" fill="hsl(${200 - layer * 25} 35% ${38 - layer * 8}%)"/>`
    })
    .join('')
}

function svg(width: number, height: number, content: string): Buffer {
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`)
}
