// The bare script that everything is measured against: reads a file, has sharp make the picture, gives it back. Started with
// a job as argument it makes that one, writes it to stdout and ends; started with a channel it makes what it is asked for and
// tells how long that took. Plain CommonJS, so that its start is that of node and sharp alone.
// A job is {file, width?, format, options}.
const { readFileSync } = require('node:fs')
const sharp = require('sharp')

const make = ({ file, width, format, options }) => {
  const picture = sharp(readFileSync(file), { limitInputPixels: false }).autoOrient()
  if (width !== undefined) picture.resize(width, undefined, { withoutEnlargement: true })
  return picture[format](options).toBuffer()
}

if (process.send === undefined) {
  make(JSON.parse(process.argv[2])).then((bytes) => process.stdout.write(bytes))
} else {
  process.on('message', ({ id, job, wanted }) => {
    const started = performance.now()
    make(job).then(
      (bytes) => process.send({ id, ms: performance.now() - started, bytes: wanted ? bytes : undefined }),
      (error) => process.send({ id, error: String(error) }),
    )
  })
}
