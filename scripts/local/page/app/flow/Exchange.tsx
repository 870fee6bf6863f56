import type { Trace } from '../server.ts'
import { useWords } from '../words/words.ts'

/** What was sent and got, and what the function wrote about it. */
export function Exchange({ trace }: { trace: Trace }) {
  const { say } = useWords()
  const { read, mirror, lineText } = trace
  const path = read.url.replace(/^https?:\/\/[^/]+/, '')
  const host = /^https?:\/\/([^/]+)/.exec(read.url)?.[1] ?? ''
  return (
    <details class="exchange">
      <summary>{say('details')}</summary>
      <div class="exchange-grid">
        <Block
          title={say('requestHeaders')}
          lines={[`GET ${path}`, `Host: ${host}`, ...read.requestHeaders.map(pair)]}
        />
        <Block
          title={say('responseHeaders')}
          lines={[`HTTP/1.1 ${read.status ?? '–'}`, ...read.responseHeaders.map(pair)]}
        />
        {mirror === undefined ? null : (
          <Block
            title={say('mirrorRequest')}
            lines={[
              `GET ${mirror.originPath}`,
              say('mirrorSecret'),
              `→ ${mirror.originStatus ?? say('noAnswer')}`,
              ...(mirror.why === undefined ? [] : [mirror.why]),
            ]}
          />
        )}
        {mirror === undefined ? null : (
          <Block title={say('logLine')} lines={lineText === undefined ? [say('noLogLine')] : pretty(lineText)} />
        )}
      </div>
      <p class="muted">{say('attributed')}</p>
    </details>
  )
}

function Block({ title, lines }: { title: string; lines: string[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <pre tabIndex={0}>{lines.join('\n')}</pre>
    </div>
  )
}

function pair([name, value]: [string, string]): string {
  return `${name}: ${value}`
}

/** One field to a line: a log line is long. */
function pretty(line: string): string[] {
  try {
    return JSON.stringify(JSON.parse(line), null, 1).split('\n')
  } catch {
    return [line]
  }
}
