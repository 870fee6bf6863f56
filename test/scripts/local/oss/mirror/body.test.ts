import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { bucket, httpOrigin, memorySink, rawOrigin, rule, until, using, website } from './harness.ts'

describe('a body', () => {
  it('of many small chunks arrives and is stored whole, whatever the framing', async () => {
    const pieces = Array.from({ length: 3000 }, (_, index) => Buffer.alloc((index * 7919) % 997, index))
    const whole = Buffer.concat(pieces)
    for (const framing of [{}, { 'content-length': String(whole.length) }] as Record<string, string>[]) {
      const origin = await httpOrigin((_, response) => {
        response.writeHead(200, framing)
        Readable.from(pieces).pipe(response)
      })
      const server = await bucket(website(rule(origin.url)))
      await using([server, origin], async () => {
        const answer = await server.get('/a')
        expect(answer.body.equals(whole)).toBe(true)
        expect(answer.headers['content-length']).toBe(framing['content-length'])
        expect(answer.headers['transfer-encoding']).toBe(framing['content-length'] ? undefined : 'chunked')
        expect(server.sink.objects.get('b/a')?.bytes.equals(whole)).toBe(true)
      })
    }
  })

  it('reaches the reader while the origin still sends', async () => {
    let finish = () => {}
    const origin = await rawOrigin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf')
      finish = () => socket.end('half')
    })
    const server = await bucket(website(rule(origin.url)), { switches: { bufferFirstBytes: 0 } })
    await using([server, origin], async () => {
      const request = httpRequest({ port: server.port, host: '127.0.0.1', path: '/a', agent: false }).end()
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      // The last byte waits for the store, so three of four are here.
      const [first] = (await once(response, 'data')) as [Buffer]
      expect(first.toString()).toBe('hal')
      expect(server.sink.objects.size).toBe(0)
      finish()
      const [rest] = (await once(response, 'data')) as [Buffer]
      expect(first.toString() + rest.toString()).toMatch(/^halfhal/)
    })
  })

  it('is stored when its reader has the last byte', async () => {
    const origin = await httpOrigin((_, response) => response.end(Buffer.alloc(500_000, 1)))
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      const request = httpRequest({ port: server.port, host: '127.0.0.1', path: '/a', agent: false }).end()
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      let bytes = 0
      for await (const chunk of response) {
        bytes += (chunk as Buffer).length
        if (bytes === 500_000) expect(server.sink.objects.get('b/a')?.size).toBe(500_000)
      }
      expect(bytes).toBe(500_000)
    })
  })

  it('may be stored only after its reader has it all', async () => {
    const sink = memorySink()
    let release = () => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    const open = sink.openWriter.bind(sink)
    sink.openWriter = async (name) => {
      const writer = await open(name)
      const commit: typeof writer.commit = async (...rest) => {
        await gate
        return writer.commit(...rest)
      }
      return { ...writer, commit }
    }
    const origin = await httpOrigin((_, response) => response.end('x'))
    const server = await bucket(website(rule(origin.url)), { sink, switches: { commit: 'after-answer' } })
    await using([server, origin], async () => {
      expect((await server.get('/a')).body.toString()).toBe('x')
      expect(sink.objects.size).toBe(0)
      release()
      await until(() => sink.objects.size === 1)
    })
  })

  it('in a coding is passed and stored as it is', async () => {
    const coded = Buffer.from('H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==', 'base64')
    const origin = await httpOrigin((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(coded))
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      expect((await server.get('/a')).body.equals(coded)).toBe(true)
      expect(server.sink.objects.get('b/a')).toMatchObject({ bytes: coded, headers: { 'content-encoding': 'gzip' } })
    })
  })

  it('of 300 MB passes with flat memory, and a slow reader slows the origin', async () => {
    const total = 300 * 2 ** 20
    const piece = Buffer.alloc(2 ** 20, 7)
    let sent = 0
    const origin = await httpOrigin((_, response) => {
      response.writeHead(200, { 'content-length': String(total) })
      const source = new Readable({
        read() {
          const more = sent < total
          if (more) sent += piece.length
          this.push(more ? piece : null)
        },
      })
      source.pipe(response)
    })
    const server = await bucket(website(rule(origin.url)), { sink: memorySink(false), switches: { timeoutMs: 60_000 } })
    await using([server, origin], async () => {
      const request = httpRequest({ port: server.port, host: '127.0.0.1', path: '/big', agent: false }).end()
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      // Nobody reads yet: what has left the origin is bound by buffers, not by the body.
      let before = -1
      while (before !== sent) {
        before = sent
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      expect(sent).toBeLessThan(64 * 2 ** 20)
      const start = process.memoryUsage.rss()
      let peak = start
      let received = 0
      for await (const chunk of response) {
        received += (chunk as Buffer).length
        peak = Math.max(peak, process.memoryUsage.rss())
      }
      expect(received).toBe(total)
      expect(peak - start).toBeLessThan(150 * 2 ** 20)
      expect(server.sink.objects.get('b/big')?.size).toBe(total)
    })
  }, 60_000)

  it('that matches its MD5 over many chunks is stored', async () => {
    const body = Buffer.alloc(1_000_000, 3)
    const md5 = createHash('md5').update(body).digest('base64')
    const origin = await httpOrigin((_, response) => response.writeHead(200, { 'content-md5': md5 }).end(body))
    const redirect = '<MirrorCheckMd5>true</MirrorCheckMd5>'
    const server = await bucket(website(rule(origin.url, { redirect })))
    await using([server, origin], async () => {
      await server.get('/a')
      expect(server.sink.objects.get('b/a')?.size).toBe(1_000_000)
    })
  })
})
