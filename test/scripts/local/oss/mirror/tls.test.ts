import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { bucket, rule, using, website } from './harness.ts'

/** A certificate for `localhost` that nobody signed; undefined where openssl is not installed. */
function selfSigned(): { key: string; cert: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'mirror-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  try {
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '2', ...subject], {
      stdio: 'ignore',
    })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const pair = selfSigned()
const withCertificate = pair ? describe : describe.skip

withCertificate('an origin with TLS', () => {
  let server: Server
  let port: number
  let names: unknown[] = []
  beforeAll(async () => {
    server = createServer(pair ?? {}, (request, response) => {
      names.push((request.socket as TLSSocket & { servername?: string | false }).servername)
      response.end('safe')
    })
    server.listen(0)
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  beforeEach(() => {
    names = []
  })
  afterAll(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })

  it('whose certificate no public authority signed is MirrorFailed', async () => {
    const one = await bucket(website(rule(`https://localhost:${port}/`)))
    await using([one], async () => {
      expect(await one.get('/a')).toMatchObject({ status: 424, code: 'MirrorFailed' })
      expect(names).toEqual([])
    })
  })

  it('whose certificate names another host is MirrorFailed', async () => {
    const one = await bucket(website(rule(`https://127.0.0.1:${port}/`)), { deps: { ca: pair?.cert ?? '' } })
    await using([one], async () => expect((await one.get('/a')).status).toBe(424))
  })

  it('hears its name only with MirrorSNI or the switch', async () => {
    const deps = { ca: pair?.cert ?? '' }
    const xml = (redirect: string) => website(rule(`https://localhost:${port}/`, { redirect }))
    const plain = await bucket(xml(''), { deps })
    const byRule = await bucket(xml('<MirrorSNI>true</MirrorSNI>'), { deps })
    const always = await bucket(xml(''), { deps, switches: { sni: 'always' } })
    await using([plain, byRule, always], async () => {
      for (const one of [plain, byRule, always]) expect((await one.get('/a')).body.toString()).toBe('safe')
      expect(names).toEqual([false, 'localhost', 'localhost'])
    })
  })
})
