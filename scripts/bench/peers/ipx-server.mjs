// ipx as its documents start it, reading pictures over HTTP from this machine. Prints its port.
import { createServer } from 'node:http'
import { createIPX, createIPXNodeServer, ipxHttpStorage } from 'ipx'

const ipx = createIPX({ storage: ipxHttpStorage({ domains: ['http://127.0.0.1'], allowAllDomains: true }) })
const server = createServer(createIPXNodeServer(ipx))
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
