// A process that scores pictures with calc-s2-rust: it prints to the console and never gives memory back, so it gets a
// process whose output goes nowhere, and a fresh instance for every score. Plain JavaScript, so that it starts at once.
// A task is {reference, shown, width, height}: two pictures of one size, RGB of 8 bits, no padding.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [, , script, wasm] = process.argv
const port = await import(pathToFileURL(script).href)
const code = new WebAssembly.Module(readFileSync(wasm))

process.on('message', ({ reference, shown, width, height }) => {
  const { memory } = port.initSync(code)
  for (const [key, data] of Object.entries({ reference, shown })) {
    const at = port.new_buffer(key, data.length)
    new Uint8Array(memory.buffer, at, data.length).set(data)
  }
  process.send(port.calc_s2('reference', 'shown', width, height))
})
