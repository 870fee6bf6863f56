// Stands in for docker where `s local` calls it: runs what the runtime's image would run, with the environment and the folder
// of the command line, as a process of this machine. What lies under /code in a container lies in the mounted folder here; a
// port of the container is the port it is mapped to.
'use strict'

const { spawn } = require('node:child_process')
const http = require('node:http')
const { connect } = require('node:net')
const { resolve } = require('node:path')

const { environment, folder, port, image, event } = read(process.argv.slice(2))
const inContainer = (text) => text.replaceAll(/\/code\b/g, folder)

// What the images bring; FAKE_* are of the test.
const env = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/tmp',
  ...environment,
  FC_FUNC_CODE_PATH: inContainer(environment.FC_FUNC_CODE_PATH),
  FC_CUSTOM_LISTEN_PORT: port,
  OSS_IMAGE_ORIGIN_LISTEN_HOST: '127.0.0.1',
  ORIGIN_NODE_IMAGES: process.env.FAKE_LANG,
}
const node = `${process.env.FAKE_LANG}/nodejs20/bin/node`
const [command, ...args] = image.includes('custom')
  ? environment.AGENT_SCRIPT.split(' ').map(inContainer)
  : [node, resolve('scripts/local/fc/bootstrap.cjs')]
const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] })
child.once('exit', (code) => process.exit(code ?? 1))
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => child.kill('SIGKILL'))
if (event !== undefined) void invoke(event)

function read(argv) {
  const found = { environment: {} }
  const rest = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]
    if (word === '-e') {
      const [name, ...value] = argv[++at].split('=')
      found.environment[name] = value.join('=')
    } else if (word === '-v') {
      const [from, to] = argv[++at].split(':')
      if (to !== '/code') throw new Error(`Expected a folder for /code, got ${to}`)
      found.folder = from
    } else if (word === '-p') found.port = argv[++at].split(':')[0]
    else if (word === '--platform') at++
    else if (word === '--event') found.event = argv[++at]
    else if (!word.startsWith('-')) rest.push(word)
  }
  ;[, found.image] = rest
  return found
}

/** As the image of a custom runtime does with --event: the answer's body is printed, nothing else of it is kept. */
async function invoke(body) {
  while (!(await listens())) await new Promise((done) => setTimeout(done, 25))
  const headers = {
    'Content-Type': 'application/octet-stream',
    'x-fc-control-path': '/invoke',
    'x-fc-request-id': 'local',
    'x-fc-access-key-id': environment.ALIBABA_CLOUD_ACCESS_KEY_ID,
    'x-fc-access-key-secret': environment.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    'x-fc-security-token': environment.ALIBABA_CLOUD_SECURITY_TOKEN,
  }
  const request = http.request({ host: '127.0.0.1', port, path: '/invoke', method: 'POST', headers }, (answer) => {
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (chunk) => (text += chunk))
    answer.on('end', () => {
      process.stdout.write(`\nanswer: ${text}\n`, () => {
        child.removeAllListeners('exit')
        child.kill('SIGKILL')
        process.exit(0)
      })
    })
  })
  request.end(body)
}

function listens() {
  return new Promise((done) => {
    const socket = connect(Number(port), '127.0.0.1', () => done(true))
    socket.once('connect', () => socket.destroy())
    socket.once('error', () => done(false))
  })
}
