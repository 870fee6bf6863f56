// Runs before `npx s deploy` (s.yaml): a function that is deployed with wrong settings refuses to start, and readers see it first.
import { loadConfig } from '../src/config.ts'
import { EXIT, fail, readArgs } from './args.ts'
import { readEnvironment } from './deployment/live.ts'

readArgs({}, 'node --import tsx scripts/check-settings.ts   says what is missing or wrong in .env before a deployment')

const env = readEnvironment()
const mistakes: string[] = []
try {
  loadConfig(env, true)
} catch (error) {
  mistakes.push(error instanceof Error ? error.message : String(error))
}
if (!/^\d+$/.test(env['AccountID'] ?? '')) {
  mistakes.push(
    `AccountID: Expected the account's id (digits), got ${env['AccountID'] === undefined ? 'nothing' : `«${env['AccountID']}»`}. The trigger on the originals bucket is addressed with it.`,
  )
}
if (mistakes.length > 0) {
  fail(
    EXIT.wrong,
    `${mistakes.join('\n')}\nSet them in .env (see .env.example); npm run setup -- --apply makes a MIRROR_SECRET.`,
  )
}
process.stdout.write('settings: right\n')
