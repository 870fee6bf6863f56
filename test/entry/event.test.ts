import { handler } from '../../src/entry/event.ts'

it('an HTTP event finds a function that is not set up: an answer, never an exception, and nothing of the settings', async () => {
  const printed = jest.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    const event = { version: 'v1', rawPath: '/a.jpg', requestContext: { http: { method: 'GET' } } }
    const answer = await handler(Buffer.from(JSON.stringify(event)), {})
    expect(answer).toMatchObject({ statusCode: 500, headers: { 'Cache-Control': 'no-store' } })
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'misconfigured' })
    expect(answer?.body).not.toContain('MIRROR_SECRET')
    // Whoever runs it is told which.
    expect(String(printed.mock.calls[0]?.[0])).toContain('MIRROR_SECRET')
  } finally {
    printed.mockRestore()
  }
})
