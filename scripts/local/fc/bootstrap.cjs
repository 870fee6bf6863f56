// Runs inside an instance of a built-in runtime: loads `file.export` from the code folder and calls it with (event, context),
// once per POST /invoke of the gateway. Plain CommonJS, because it runs under the deployed Node version without a build.
// Contract: Function Compute, "Event handlers" and "Context" of the Node.js runtimes.
'use strict'

const { existsSync } = require('node:fs')
const http = require('node:http')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

const codeDir = process.env.FC_FUNC_CODE_PATH
const [file, name] = splitHandler(process.env.FC_FUNCTION_HANDLER ?? 'index.handler')

function splitHandler(text) {
  const dot = text.lastIndexOf('.')
  return [text.slice(0, dot), text.slice(dot + 1)]
}

function failed(errorType, errorMessage) {
  return Object.assign(new Error(errorMessage), { name: errorType })
}

async function load() {
  const found = ['.js', '.mjs', '.cjs'].map((end) => join(codeDir, file + end)).find((path) => existsSync(path))
  if (!found) throw failed('ModuleNotFound', `Module '${file}' is missing`)
  const module = await import(pathToFileURL(found).href)
  const handler = module[name] ?? module.default?.[name]
  if (typeof handler !== 'function') throw failed('HandlerNotFound', `Handler '${name}' is missing on module '${file}'`)
  return handler
}

// Loaded once, at the start; a failure is answered to every invocation, as the platform does.
const loading = load()
loading.catch(() => undefined)

function logger(requestId) {
  const write = (level) => (text) =>
    process.stdout.write(`${new Date().toISOString()} ${requestId} [${level}] ${text}\n`)
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    log: write('verbose'),
  }
}

function contextOf(headers) {
  const requestId = headers['x-fc-request-id']
  return {
    requestId,
    credentials: {
      accessKeyId: headers['x-fc-access-key-id'],
      accessKeySecret: headers['x-fc-access-key-secret'],
      securityToken: headers['x-fc-security-token'],
    },
    function: {
      name: headers['x-fc-function-name'],
      handler: headers['x-fc-function-handler'],
      memory: Number(headers['x-fc-function-memory']),
      timeout: Number(headers['x-fc-function-timeout']),
    },
    service: {
      logProject: headers['x-fc-service-logproject'] ?? '',
      logStore: headers['x-fc-service-logstore'] ?? '',
      qualifier: headers['x-fc-qualifier'] ?? '',
      versionId: headers['x-fc-version-id'] ?? '',
    },
    region: headers['x-fc-region'],
    accountId: headers['x-fc-account-id'],
    tracing: {},
    logger: logger(requestId),
  }
}

// Both forms are allowed: a promise, or a third parameter that is called with (error, result).
function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    const result = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)))
    if (typeof result?.then === 'function' || handler.length < 3) resolve(result)
  })
}

function toBytes(result) {
  if (Buffer.isBuffer(result)) return result
  if (typeof result === 'string') return Buffer.from(result)
  return Buffer.from(JSON.stringify(result) ?? 'null')
}

function errorDocument(error) {
  const known = error instanceof Error
  return Buffer.from(
    JSON.stringify({
      errorMessage: known ? error.message : String(error),
      errorType: known ? error.name : 'Error',
      stackTrace: known
        ? (error.stack ?? '')
            .split('\n')
            .slice(1)
            .map((line) => line.trim())
        : [],
    }),
  )
}

async function invoke(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  try {
    const handler = await loading
    return { outcome: 'ok', body: toBytes(await call(handler, Buffer.concat(chunks), contextOf(request.headers))) }
  } catch (error) {
    const body = errorDocument(error)
    process.stderr.write(`${body.toString()}\n`)
    return { outcome: 'error', body }
  }
}

const server = http.createServer((request, response) => {
  void invoke(request).then(
    ({ outcome, body }) => {
      response.writeHead(200, { 'x-fc-outcome': outcome, 'Content-Length': body.length })
      response.end(body)
    },
    () => response.destroy(),
  )
})
server.keepAliveTimeout = 0
server.requestTimeout = 0
// The platform counts the import of the module into the cold start: no request is taken before it is done.
void loading.then(listen, listen)
function listen() {
  server.listen(Number(process.env.FC_CUSTOM_LISTEN_PORT), '127.0.0.1')
}
